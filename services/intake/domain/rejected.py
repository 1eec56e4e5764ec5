"""A refusal: a stable code for programs and a sentence for a person."""


class Rejected(Exception):
    """The command is refused; nothing happened. `allowed` is what the state machine permits instead."""

    def __init__(self, code: str, detail: str, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.allowed = allowed
