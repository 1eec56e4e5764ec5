"""What a requester's message sounds like, by VADER's lexicon and rules: from -1, the worst, to 1."""

from functools import cached_property
from importlib.metadata import version
from itertools import count

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from shared.events.ticket_values import Sentiment

MODEL = "vader"
LONGEST = 3_000
"""Characters that are looked at: the model's time grows with their square."""
_EMOJI = 100
"""Emoji that are looked at: the model makes words of each."""


class Vader:
    """Its lexicon, half a megabyte, is read from its package when the first message is scored."""

    @cached_property
    def _analyzer(self) -> SentimentIntensityAnalyzer:
        return SentimentIntensityAnalyzer()

    @cached_property
    def _version(self) -> str:
        return version("vaderSentiment")

    def score(self, text: str) -> Sentiment:
        """The model's `compound` score. Nothing said is 0."""
        seen, emoji = count(), self._analyzer.emojis
        read = "".join(sign for sign in text[:LONGEST] if sign not in emoji or next(seen) < _EMOJI)
        return Sentiment(float(self._analyzer.polarity_scores(read)["compound"]), MODEL, self._version)
