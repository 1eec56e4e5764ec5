"""The presets: what they promise, and the hold that goes with each."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from shared.events.directory_promises import EscalationRule, SlaPolicy
from shared.events.presets import PRESETS, Preset
from shared.events.ticket_values import Priority
from shared.runtime.settings import Settings

HOUR = 60


@pytest.mark.parametrize(
    ("preset", "first_responses"),
    [(Preset.STANDARD, (HOUR, 4 * HOUR, 24 * HOUR)), (Preset.STRICT, (15, 2 * HOUR, 24 * HOUR))],
)
def test_a_preset_promises_each_priority_in_calendar_time(
    preset: Preset, first_responses: tuple[int, ...]
) -> None:
    policy = PRESETS[preset][f"policies/{preset}"]
    assert isinstance(policy, SlaPolicy)
    assert [target.priority for target in policy.targets] == list(Priority)
    assert tuple(target.first_response_minutes for target in policy.targets) == first_responses
    assert tuple(target.next_reply_minutes for target in policy.targets) == first_responses
    resolutions = [target.resolution_minutes for target in policy.targets]
    assert resolutions == [4 * HOUR, 24 * HOUR, 5 * 24 * HOUR]
    assert not any(target.business_hours_only for target in policy.targets)


@pytest.mark.parametrize("preset", Preset)
def test_every_preset_has_the_same_rules_and_one_policy(preset: Preset) -> None:
    rules = {key: one for key, one in PRESETS[preset].items() if isinstance(one, EscalationRule)}
    assert set(rules) == {"rules/breach", "rules/page-p1", "rules/warn"}
    assert set(PRESETS[preset]) - set(rules) == {f"policies/{preset}"}


def test_the_hold_goes_with_the_preset_unless_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().hold == timedelta(hours=72)
    monkeypatch.setenv("CASEFOLD_PRESET", "strict")
    assert Settings().hold == timedelta(hours=48)
    monkeypatch.setenv("CASEFOLD_HOLD", "PT1H")
    assert Settings().hold == timedelta(hours=1)
    monkeypatch.setenv("CASEFOLD_PRESET", "lax")
    with pytest.raises(ValidationError, match="'standard' or 'strict'"):
        Settings()
