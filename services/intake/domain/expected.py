"""Checking the versions that an asker saw: a race is settled here, not at the door."""

from services.intake.domain.rejected import Rejected
from shared.events.envelope import Expected


def check_expected(expected: Expected, version: int, conversation_version: int) -> None:
    """Raise `Rejected` where what the asker saw is no longer so."""
    if expected.if_match is not None and expected.if_match != version:
        raise Rejected("precondition_failed", f"The version is {version}, not {expected.if_match}; read again.")
    if expected.version is not None and expected.version != version:
        raise Rejected("version_conflict", f"The version is {version}, not {expected.version}; read again.")
    wanted = expected.conversation_version
    if wanted is not None and wanted != conversation_version:
        raise Rejected(
            "conversation_conflict",
            f"The conversation's version is {conversation_version}, not {wanted}; see what was said since.",
        )
