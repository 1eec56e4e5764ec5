"""A service's own schema in the database of the suite."""

from urllib.parse import quote


def in_schema(database_url: str, schema: str) -> str:
    """The same database, where names without a schema are those of `schema`."""
    sign = "&" if "?" in database_url else "?"
    return f"{database_url}{sign}options={quote(f'-csearch_path={schema}')}"
