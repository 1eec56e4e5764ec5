"""The escalation rules as they would be if a file were applied to the directory."""

from pathlib import Path

from services.escalation.domain.rule import Rule
from services.intake.api.directory_copies import body_of
from services.ops.directory.applying import change_to
from services.ops.directory.file import read_directory
from services.ops.trouble import Trouble
from shared.events.directory_promises import EscalationRule
from shared.events.directory_records import KINDS, record_key
from shared.events.personal import IdentityCodec
from shared.runtime.directory.records import Records

_RULES = record_key(KINDS[EscalationRule], "")
_CODEC = IdentityCodec()


def filed_rules(path: Path, records: Records, *, prune: bool) -> list[Rule]:
    """In the order of their ids. Raise `Trouble` where the directory would refuse the file, or it has no rule."""
    present = {
        known.key: body_of(known.key.partition("/")[2], record, _CODEC) for known, record in records.there("")
    }
    end = change_to(read_directory(path), present, str(path), prune=prune).end()
    rules = [
        Rule(key.removeprefix(_RULES), 0, record)
        for key, record in sorted(end.items())
        if isinstance(record, EscalationRule)
    ]
    if not rules:
        raise Trouble(f"{path} leaves no escalation rule: then those of the preset would hold")
    return rules
