"""Alembic's folder: each revision runs one file of plain SQL."""
