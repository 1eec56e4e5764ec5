"""Text of others on this terminal: it is shown, and never obeyed."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""All but tab and line feed: a terminal obeys these, and the last two ranges turn the order of text around."""


def printable(text: str) -> str:
    return _CONTROL.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))
