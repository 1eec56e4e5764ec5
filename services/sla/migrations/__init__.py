"""The revisions of the tables of the clocks."""
