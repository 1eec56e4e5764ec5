"""What may be the id of a record: what an address, a topic's key and a table keep as it is."""

import re
from collections.abc import Mapping

from services.intake.domain.rejected import Rejected
from shared.events.directory_records import KINDS, ROUTING_POLICY_ID, Category, Record, RoutingPolicy, record_key

MAX_ID = 255
ID = r"^[A-Za-z0-9][A-Za-z0-9._|@:+=~-]*$"
"""An agent's id is the subject of their token, whatever provider made it; it holds no slash."""

MAX_CATEGORY = 100
CATEGORY = r"^[^\s/\x00-\x1f\x7f]+([ /][^\s/\x00-\x1f\x7f]+)*$"
"""As tickets have it: words, with single spaces or slashes between them, as `hardware/printer`."""

_UNREACHABLE = frozenset({".", "..", "history"})
"""As the last part of an address these are something else."""

_SAYING: Mapping[bool, str] = {
    False: f"1 to {MAX_ID} letters, digits and any of . _ | @ : + = ~ -, beginning with a letter or digit",
    True: f"1 to {MAX_CATEGORY} characters: words, single spaces or slashes between them, none of them history",
}


def checked_key(subject: str, record: Record) -> None:
    """Raise `Rejected` where the record cannot be kept under this key."""
    kind, _, record_id = subject.partition("/")
    if record_key(KINDS[type(record)], record_id) != subject:
        raise Rejected("invalid_id", f"{subject} is no place for a record of the kind {KINDS[type(record)]}.")
    if isinstance(record, RoutingPolicy) != (kind == KINDS[RoutingPolicy] and record_id == ROUTING_POLICY_ID):
        only = f"{KINDS[RoutingPolicy]}/{ROUTING_POLICY_ID}"
        raise Rejected("invalid_id", f"{only} is the routing policy, and every other policy is an SLA policy.")
    of_category = isinstance(record, Category)
    if not (_is_category(record_id) if of_category else _is_id(record_id)):
        raise Rejected("invalid_id", f"{record_id!r} cannot be an id in {kind}: an id is {_SAYING[of_category]}.")


def _is_id(text: str) -> bool:
    return len(text) <= MAX_ID and re.fullmatch(ID, text) is not None


def _is_category(text: str) -> bool:
    named = len(text) <= MAX_CATEGORY and re.fullmatch(CATEGORY, text) is not None and text.isprintable()
    return named and _UNREACHABLE.isdisjoint(text.split("/"))
