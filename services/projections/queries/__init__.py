"""Questions that the read models answer: one module a question, and what they share."""
