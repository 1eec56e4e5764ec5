"""The read models: each a pure `evolve` and the table it fills; no I/O."""
