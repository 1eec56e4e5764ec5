"""Routing as a fold over `routing.requests`: no clock, no I/O."""
