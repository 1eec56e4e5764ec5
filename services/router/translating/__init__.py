"""What is relevant for routing of each stream's events, as requests; without state, each event by itself."""
