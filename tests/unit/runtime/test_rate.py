"""The token bucket of each requester."""

import pytest

from shared.runtime.http.rate import RateLimit


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_the_rate() -> None:
    clock = Clock()
    limit = RateLimit(2.0, 3, clock)
    assert [limit.wait_s("rita") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    clock.now += 0.5
    assert [limit.wait_s("rita") for _ in range(2)] == [0.0, 0.5]


def test_one_requester_does_not_slow_another() -> None:
    limit = RateLimit(1.0, 1, Clock())
    assert [limit.wait_s(who) for who in ("rita", "rudi", "rita")] == [0.0, 0.0, 1.0]


def test_a_long_silence_earns_no_more_than_a_burst() -> None:
    clock = Clock()
    limit = RateLimit(10.0, 2, clock)
    limit.wait_s("rita")
    clock.now += 1000
    assert [limit.wait_s("rita") for _ in range(3)] == [0.0, 0.0, pytest.approx(0.1)]
