"""`casefold directory`: the directory as a file, and the first admin."""
