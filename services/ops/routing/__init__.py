"""`casefold route`: why tickets went where they went, and where they would have gone."""
