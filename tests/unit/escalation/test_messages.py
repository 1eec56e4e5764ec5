"""What a message says without its markup, and how it sounds."""

import subprocess
import sys
import time

import pytest

from services.escalation.domain.plain_text import plain_text
from services.escalation.sentiment import LONGEST, Vader
from shared.events.ticket_values import BodyFormat, Sentiment


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Not&nbsp;good</p><p>at all</p>", "Not good at all"),
        ("un<b>happ</b>y<br>customer", "unhappy customer"),
        ("<style>p { color: red }</style><script>if (a < b) {}</script>Hello", "Hello"),
        ("<head><title>Mail</title></head><body>Hello</body>", "Hello"),
        ("before<!-- a > b <p>never</p> -->after", "beforeafter"),
        ("<!doctype html>3 &lt; 4 < 5", "3 < 4 < 5"),
        ("a <", "a <"),
        ("<p>never closed <b", "never closed <b"),
        ("", ""),
    ],
)
def test_html_is_read_as_a_person_sees_it(body: str, text: str) -> None:
    assert plain_text(body, BodyFormat.HTML) == text


def test_text_stays_as_it_is() -> None:
    assert plain_text("2 < 3 &amp; 4\n", BodyFormat.TEXT) == "2 < 3 &amp; 4\n"


@pytest.mark.parametrize("piece", ["<", "<a ", "<!--", "<style>", "&#", "<p", "</"])
def test_odd_markup_takes_no_time(piece: str) -> None:
    body = piece * (250_000 // len(piece))
    begun = time.process_time()
    plain_text(body, BodyFormat.HTML)
    assert time.process_time() - begun < 2.0


def test_an_angry_message_is_below_a_thankful_one() -> None:
    vader = Vader()
    angry = vader.score("This is terrible. I am furious, nothing works!")
    thankful = vader.score("Thank you so much, great help.")
    assert angry == Sentiment(-0.7959, "vader", "3.3.2")
    assert thankful.score > 0.8
    assert vader.score("").score == 0.0


@pytest.mark.parametrize("piece", ["bad but ", "\U0001f621", "so very bad ", "x"])
def test_a_long_message_takes_no_longer_than_its_beginning(piece: str) -> None:
    body = piece * (10 * LONGEST // len(piece))
    begun = time.process_time()
    score = Vader().score(body)
    assert time.process_time() - begun < 2.0
    assert score == Vader().score(body[:LONGEST])


def test_the_model_brings_no_client_of_the_network_with_it() -> None:
    """Its package names one, for its demonstration alone."""
    asked = "import sys, vaderSentiment.vaderSentiment; print({'requests', 'socket', 'nltk'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
