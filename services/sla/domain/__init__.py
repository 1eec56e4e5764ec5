"""Clocks as a fold over `ticket.events` and arithmetic on it: no clock of its own, no I/O."""
