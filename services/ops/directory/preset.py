"""The presets as files: what holds where the directory has no policies or no escalation rules of its own."""

from services.intake.api.directory_copies import body_of
from services.ops.directory.file import text_of
from shared.events.personal import IdentityCodec
from shared.events.presets import PRESETS, Preset

_CODEC = IdentityCodec()


def preset_text(preset: Preset) -> str:
    return text_of(
        {key: body_of(key.partition("/")[2], record, _CODEC) for key, record in PRESETS[preset].items()}
    )
