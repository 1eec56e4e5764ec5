"""A log of requests for each test of the router's state machine."""

import pytest

from tests.routing import Log


@pytest.fixture
def log() -> Log:
    return Log()
