"""Transactions that no coordinator will end: found, explained by what was decided of them, and ended."""
