"""The processor: the one writer of each partition, exactly once, for any aggregate."""
