"""Deciding and folding tickets: pure, given its time, and the only place where a race is settled."""
