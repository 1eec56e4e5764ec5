"""The `casefold` command, and the stack that it runs on one machine."""
