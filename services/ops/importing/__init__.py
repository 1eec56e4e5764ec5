"""Importing tickets from the exports of other systems."""
