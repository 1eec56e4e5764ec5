"""The time zones and the public holidays that are known on this machine."""

import re
from collections.abc import Collection
from functools import cache
from zoneinfo import available_timezones

import holidays

from services.intake.domain.places import Places


def known_places() -> Places:
    return Places(available_timezones(), _subdivisions)


@cache
def _subdivisions(country: str) -> Collection[str] | None:
    """The library answers to other names too, of which a calendar's readers would know nothing."""
    if not re.fullmatch("[A-Z]{2}", country):
        return None
    try:
        found = holidays.country_holidays(country)
    except NotImplementedError:
        return None
    return found.subdivisions if found.country == country else None
