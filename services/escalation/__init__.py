"""Who is told, and what is done, when a promise breaks or is about to."""
