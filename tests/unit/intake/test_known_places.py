"""Which time zones and public holidays are known on this machine."""

import pytest

from services.intake.known_places import known_places


def test_zones_are_those_of_the_iana_database() -> None:
    assert {"Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"} <= set(known_places().zones)


@pytest.mark.parametrize(("country", "one"), [("DE", "BY"), ("US", "CA"), ("GB", "SCT")])
def test_a_country_has_its_subdivisions(country: str, one: str) -> None:
    assert one in (known_places().subdivisions(country) or ())


@pytest.mark.parametrize("country", ["XX", "UK", "DEU", "de", "", "list_supported_countries", "HolidayBase"])
def test_what_is_no_code_of_a_country_is_not_known(country: str) -> None:
    assert known_places().subdivisions(country) is None


def test_a_country_may_have_no_subdivisions() -> None:
    assert list(known_places().subdivisions("SG") or ()) == []
    assert known_places().subdivisions("SG") is not None
