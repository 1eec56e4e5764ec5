"""The processor's process: topics checked, lanes run until it is told to stop."""

import signal
import sys
import threading

from confluent_kafka import KafkaException

from services.intake.policy_file import BrokenPolicy, load_policy
from services.intake.processor import log
from services.intake.processor.aggregates import aggregates
from services.intake.processor.membership import LaneFailed, Membership
from shared.runtime.collector import collect_seldom
from shared.runtime.ready import announce_ready
from shared.runtime.settings import Settings
from shared.runtime.topics import TOPICS, TopicMismatch, check_topics, create_topics, dead_letters

_FLUSH_S = 2.0


def run_processor(settings: Settings) -> int:
    """Exit status: 0 when told to stop, 1 where it cannot go on, with one sentence that says why."""
    stopping = threading.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stopping.set())
    try:
        policy = load_policy(settings)
        check_topics(settings, TOPICS)
        create_topics(settings, [dead_letters(log.GROUP)])
        copies = log.copies_producer(settings)
        collect_seldom()
        Membership(settings, aggregates(policy), copies).run(stopping.is_set, announce_ready)
        copies.flush(_FLUSH_S)
    except (BrokenPolicy, KafkaException, LaneFailed, TopicMismatch) as failure:
        sys.stderr.write(f"the processor stops: {failure}\n")
        return 1
    return 0
