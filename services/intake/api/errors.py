"""What a refusal of the decider is over HTTP: the one table of codes and statuses."""

from collections.abc import Mapping

from shared.events.outcomes import Refused
from shared.runtime.http.problems import Problem

STATUS: Mapping[str, int] = {
    "not_found": 404,
    "forbidden": 403,
    "already_exists": 409,
    "version_conflict": 409,
    "conversation_conflict": 409,
    "precondition_failed": 412,
}
"""Every other code is the state machine's or a rule's: 422."""

RULE = 422


def status_of(code: str) -> int:
    return STATUS.get(code, RULE)


def refusal(refused: Refused) -> Problem:
    """The problem that a refused command is answered with; `allowed` and the versions where they are known."""
    more: dict[str, object] = {}
    if refused.allowed:
        more["allowed"] = list(refused.allowed)
    if refused.version is not None:
        more["version"] = refused.version
    if refused.conversation_version is not None:
        more["conversation_version"] = refused.conversation_version
    return Problem(status_of(refused.code), refused.code, refused.detail, headers=None, **more)
