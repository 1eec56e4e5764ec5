"""What a command of `casefold` says instead of a stack trace."""


class Trouble(Exception):
    """One sentence for the person at the terminal: what is wrong, and what to do."""
