"""Ids that are derived from what they name, so that telling a thing twice names it once."""

import unicodedata
from uuid import NAMESPACE_URL, UUID, uuid5

_CASEFOLD = uuid5(NAMESPACE_URL, "urn:casefold")


def normalised_address(address: str) -> str:
    """The form in which two spellings of an email address are one."""
    return unicodedata.normalize("NFC", address.strip()).lower()


def requester_id(address: str) -> str:
    """The id of a requester who is known by an email address alone."""
    return str(uuid5(NAMESPACE_URL, f"mailto:{normalised_address(address)}"))


def caller_namespace(role: str, caller: str) -> UUID:
    """One caller's own space of idempotency keys."""
    return uuid5(_CASEFOLD, f"caller/{role}/{caller}")


def asked_command_id(caller: UUID, subject: str, key: str) -> UUID:
    """The id of the command that a caller's idempotency key stands for on one aggregate."""
    return uuid5(caller, f"{subject}/{key}")


def imported_ticket_id(source: str, external: str) -> UUID:
    """The ticket that another system knows by the number `external`."""
    return uuid5(uuid5(_CASEFOLD, f"import/{source}"), external)


def import_command_id(ticket_id: UUID, row: int) -> UUID:
    """The id of the command that tells row `row` of an imported ticket's history."""
    return uuid5(ticket_id, f"row/{row}")
