"""What an exception of a handler means."""

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError, MessageSizeTooLargeError, OutOfOrderSequenceNumber

from shared.events.catalogue import Undecodable
from shared.runtime.attempts import Again, judged
from shared.runtime.poison import Poison


class DatabaseGone(Exception):
    """A service's own server."""


def test_what_breaks_the_contract_is_the_records_fault_at_once() -> None:
    assert judged(Undecodable("the header 'ce_id' is missing"), 1) == Poison("the header 'ce_id' is missing")


@pytest.mark.parametrize(
    "failure", [ConnectionRefusedError(), TimeoutError(), KafkaConnectionError(), DatabaseGone()]
)
def test_a_server_that_is_gone_is_waited_for_at_growing_intervals(failure: Exception) -> None:
    pauses = [judged(failure, tries, [DatabaseGone]) for tries in (1, 2, 3, 7, 1000)]
    assert pauses == [Again(0.1), Again(0.2), Again(0.4), Again(5.0), Again(5.0)]


def test_an_unknown_exception_is_tried_five_times() -> None:
    assert [judged(ValueError("secret"), tries) for tries in (1, 2, 3, 4)] == [
        Again(0.1),
        Again(0.2),
        Again(0.4),
        Again(0.8),
    ]
    assert judged(ValueError("secret"), 5) == Poison("ValueError while the record was handled, 5 times")


def test_a_record_that_is_too_large_is_not_the_clients_fault() -> None:
    assert judged(MessageSizeTooLargeError(), 5) == Poison(
        "MessageSizeTooLargeError while the record was handled, 5 times"
    )


@pytest.mark.parametrize("failure", [OutOfOrderSequenceNumber(), KafkaError(), MemoryError()])
def test_what_breaks_the_process_is_raised(failure: Exception) -> None:
    with pytest.raises(type(failure)):
        judged(failure, 1)
