"""What every service of Casefold shares: the event contract and the runtime plumbing."""
