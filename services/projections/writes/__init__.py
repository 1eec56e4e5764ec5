"""How items reach the tables: for each read model one set-based write, inside the caller's transaction."""
