"""The contract of the topics: envelope, streams, personal values, upcasters and schemas."""
