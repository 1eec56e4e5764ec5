"""Which partition a key belongs to: murmur2, as the Java client, aiokafka and `murmur2_random` have it."""

from aiokafka.partitioner import murmur2

PARTITIONER = "murmur2_random"
"""librdkafka's name for it; its own default agrees with the others on an eighth of keys only."""


def partition_of(key: bytes, count: int) -> int:
    return int((murmur2(key) & 0x7FFFFFFF) % count)
