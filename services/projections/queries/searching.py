"""From what a person types to a condition on the words of tickets."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from services.projections.read_models.words import ordered_words

_MOST = 16


@dataclass(frozen=True, slots=True)
class Term:
    """A word that must be there, or must not; `prefix`: a word that begins so is enough."""

    word: str
    prefix: bool = False
    absent: bool = False

    @property
    def tsquery(self) -> str:
        """Words are letters and digits only, so none can end the quotes."""
        return f"'{self.word}':*" if self.prefix else f"'{self.word}'"


def terms(text: str) -> tuple[Term, ...]:
    """All words must be there; `-word` must not, `word*` is a beginning. At most 16 words count."""
    found: list[Term] = []
    for part in text.split():
        absent = part.startswith("-")
        parts = ordered_words(part)
        for index, word in enumerate(parts):
            found.append(Term(word, part.endswith("*") and index == len(parts) - 1, absent))
    return tuple(dict.fromkeys(found))[:_MOST]


def matching(wanted: Sequence[Term], *, internal: bool) -> tuple[sql.Composed, list[object]]:
    """A condition on `ticket_search AS words`, and its parameters. Notes count only where `internal` is true.

    A requester's question reads `public_words` alone, so that no note can answer it.
    """
    conditions: list[sql.Composable] = []
    parameters: list[object] = []
    for term in wanted:
        if internal:
            condition = "(words.public_words @@ %s::tsquery OR words.internal_words @@ %s::tsquery)"
            parameters += [term.tsquery, term.tsquery]
        else:
            condition = "words.public_words @@ %s::tsquery"
            parameters.append(term.tsquery)
        conditions.append(sql.SQL("NOT " + condition if term.absent else condition))
    return sql.SQL(" AND ").join(conditions), parameters
