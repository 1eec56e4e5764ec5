"""What the suite records, in words for people: pure, and for every service to use."""
