"""Which partition a key belongs to: murmur2's known values, and agreement with the clients that produce."""

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.partition import murmur2, partition_of


@pytest.mark.parametrize(
    ("key", "hashed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_hash_is_that_of_kafkas_own_tests(key: bytes, hashed: int) -> None:
    unsigned = hashed % 2**32
    assert murmur2(key) == unsigned
    for count in (1, 8, 48):
        assert partition_of(key, count) == (unsigned & 0x7FFFFFFF) % count


@given(key=st.binary(max_size=64), count=st.integers(1, 1000))
def test_aiokafka_puts_a_key_where_we_expect_it(key: bytes, count: int) -> None:
    partitions = list(range(count))
    assert partition_of(key, count) == DefaultPartitioner()(key, partitions, partitions)
