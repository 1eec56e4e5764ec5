"""Reading the rows of an export: CSV or JSON Lines, either of them compressed with gzip or not."""

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.ops.trouble import Trouble

_LONGEST_VALUE = 16 * 1024 * 1024


class BadFile(Trouble):
    """The file is no export that can be read."""


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is where it begins, from 1. `fault`: why it cannot be read; `values` are empty then."""

    line: int
    values: Mapping[str, object]
    fault: str | None = None


def read_rows(path: Path, delimiter: str = ",") -> Iterator[Row]:
    """Raise `BadFile` where it is not there, or neither form."""
    name = path.name.removesuffix(".gz")
    try:
        if name.endswith(".csv"):
            with _text(path) as lines:
                yield from _csv(lines, delimiter, path)
        elif name.endswith((".jsonl", ".ndjson")):
            with _text(path, newline="\n") as lines:
                yield from _json_lines(lines)
        else:
            raise BadFile(f"{path} is none of .csv, .jsonl, .ndjson, .csv.gz, .jsonl.gz and .ndjson.gz")
    except (OSError, EOFError) as failure:
        raise BadFile(f"{path} cannot be read: {failure}") from failure


def _text(path: Path, newline: str = "") -> IO[str]:
    """What is not UTF-8 is kept as lone surrogates, so that it refuses its own row only."""
    opened = gzip.open if path.name.endswith(".gz") else open
    return opened(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline=newline)


def _csv(lines: IO[str], delimiter: str, path: Path) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_VALUE)
    reader = csv.reader(lines, delimiter=delimiter)
    header = next(reader, None)
    if header is None or not any(header):
        raise BadFile(f"{path} has no header that names its columns")
    if len(set(header)) < len(header):
        raise BadFile(f"{path} names a column twice")
    line = reader.line_num + 1
    while True:
        try:
            values = next(reader, None)
        except csv.Error as fault:
            yield Row(line, {}, f"not CSV: {fault}")
            line = reader.line_num + 1
            continue
        if values is None:
            return
        if values and len(values) != len(header):
            yield Row(line, {}, f"{len(values)} values, where the header names {len(header)} columns")
        elif values:
            yield Row(line, dict(zip(header, values, strict=True)))
        line = reader.line_num + 1


def _json_lines(lines: IO[str]) -> Iterator[Row]:
    for line, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as fault:
            yield Row(line, {}, f"not JSON: {fault}")
            continue
        if isinstance(values, dict):
            yield Row(line, values)
        else:
            yield Row(line, {}, "not a JSON object")
