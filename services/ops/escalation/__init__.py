"""`casefold escalation`: recorded tickets through other rules, with nothing sent."""
