"""The directory in memory: read whole at the start, then followed."""
