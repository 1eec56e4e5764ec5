"""Which rules an event sets off, and what they ask for: no clock, no I/O, no state of tickets."""
