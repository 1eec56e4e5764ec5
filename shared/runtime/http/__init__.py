"""What the HTTP services share: problems, principals and request limits."""
