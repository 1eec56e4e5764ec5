"""`casefold sla`: what was promised and why, and what another directory would make of it."""
