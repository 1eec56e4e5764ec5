"""Intake: where commands come in and are decided, and the only writer of the event topics."""
