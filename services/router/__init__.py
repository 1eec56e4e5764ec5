"""Who gets the ticket."""
