"""The HTTP command side: what people and systems wish of tickets, answered when it is decided."""
