"""The real servers, run from packages on one machine, for a laptop and for the tests."""
