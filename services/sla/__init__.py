"""Clocks: what was promised to a requester, until when, and what becomes of it when time is up."""
