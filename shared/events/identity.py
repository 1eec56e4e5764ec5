"""Ids that are derived from what they name, so that telling a thing twice names it once."""

import unicodedata
from hashlib import sha1
from uuid import NAMESPACE_URL, UUID

_BYTES = 16


def derived_id(namespace: UUID, name: str) -> UUID:
    """The UUID of version 5 (RFC 9562, section 5.5), in less time than the standard library takes."""
    digest = sha1(namespace.bytes + name.encode(), usedforsecurity=False).digest()
    return UUID(bytes=digest[:_BYTES], version=5)


_CASEFOLD = derived_id(NAMESPACE_URL, "urn:casefold")


def normalised_address(address: str) -> str:
    """The form in which two spellings of an email address are one."""
    return unicodedata.normalize("NFC", address.strip()).lower()


def requester_id(address: str) -> str:
    """The id of a requester who is known by an email address alone."""
    return str(derived_id(NAMESPACE_URL, f"mailto:{normalised_address(address)}"))


def caller_namespace(role: str, caller: str) -> UUID:
    """One caller's own space of idempotency keys."""
    return derived_id(_CASEFOLD, f"caller/{role}/{caller}")


def asked_command_id(caller: UUID, subject: str, key: str) -> UUID:
    """The id of the command that a caller's idempotency key stands for on one aggregate."""
    return derived_id(caller, f"{subject}/{key}")


def imported_ticket_id(source: str, external: str) -> UUID:
    """The ticket that another system knows by the number `external`."""
    return derived_id(derived_id(_CASEFOLD, f"import/{source}"), external)


def import_command_id(ticket_id: UUID, row: int) -> UUID:
    """The id of the command that tells row `row` of an imported ticket's history."""
    return derived_id(ticket_id, f"row/{row}")
