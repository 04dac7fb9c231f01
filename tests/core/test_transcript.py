"""The transcript: who said what, in order, in a message where it is short and in a file where it is long."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.history import Transcript
from core.messages import BlockStyle, Outbound, OutboundKind
from core.model import Mode, Phase, Utterance
from core.model import UtteranceKind as Kind
from core.roles import Seniority
from core.speech import Span, Spoken, Word
from core.text import units
from core.wording import history as kept
from core.wording.history import LONGEST_TRANSCRIPT
from tests.contracts.sample import NOW
from tests.core.sitting import Sitting


def said(*pairs: tuple[Kind, str]) -> tuple[Utterance, ...]:
    return tuple(Utterance(kind, text, NOW) for kind, text in pairs)


def made(*turns: tuple[Utterance, ...], title: str = "Backend Engineer", total: float | None = 3.4) -> Transcript:
    return Transcript(12, title, Mode.COACH, Seniority.SENIOR, Phase.FINISHED, NOW, turns, total)


def blocks(message: Outbound) -> list[tuple[BlockStyle, str]]:
    return [(block.style, block.text) for block in message.blocks]


FIRST = said(
    (Kind.QUESTION, "Why queues?"),
    (Kind.WISH, "A hint, please"),
    (Kind.HINT, "Think of load."),
    (Kind.ANSWER, "They buffer."),
    (Kind.ANSWER, "And <b>retry</b>."),
    (Kind.FOLLOW_UP, "What if it is done twice?"),
    (Kind.NON_ANSWER, "No idea."),
)
SECOND = said((Kind.QUESTION, "An outage?"))
AGAIN = said((Kind.QUESTION, "Why queues?"), (Kind.ANSWER, "Load."))


def test_a_short_one_is_a_message() -> None:
    page = kept.transcript(made(FIRST, SECOND, AGAIN))
    assert (page.kind, page.document, page.choices) == (OutboundKind.TRANSCRIPT, None, ())
    assert blocks(page) == [
        (BlockStyle.HEADING, "Transcript: Backend Engineer"),
        (BlockStyle.SMALL, "Interview 12 · 2026-03-01 12:00 UTC · coach interview · senior level · finished"),
        (BlockStyle.SCORE, "Total: 3.4 of 5"),
        (BlockStyle.HEADING, "Question 1"),
        (BlockStyle.TEXT, "Interviewer: Why queues?"),
        (BlockStyle.TEXT, "You:"),
        (BlockStyle.QUOTE, "A hint, please"),
        (BlockStyle.TEXT, "Interviewer: Think of load."),
        (BlockStyle.TEXT, "You:"),
        (BlockStyle.QUOTE, "They buffer."),
        (BlockStyle.QUOTE, "And <b>retry</b>."),
        (BlockStyle.TEXT, "Interviewer: What if it is done twice?"),
        (BlockStyle.TEXT, "You:"),
        (BlockStyle.QUOTE, "No idea."),
        (BlockStyle.HEADING, "Question 2"),
        (BlockStyle.TEXT, "Interviewer: An outage?"),
        (BlockStyle.HEADING, "Question 1 again"),
        (BlockStyle.TEXT, "Interviewer: Why queues?"),
        (BlockStyle.TEXT, "You:"),
        (BlockStyle.QUOTE, "Load."),
    ]


LONG = said((Kind.QUESTION, "Why?"), (Kind.ANSWER, "word " * 700))


def test_a_long_one_is_a_file() -> None:
    page = kept.transcript(made(LONG, SECOND))
    assert [text for _, text in blocks(page)] == [
        "Transcript: Backend Engineer",
        "Interview 12 · 2026-03-01 12:00 UTC · coach interview · senior level · finished",
        "Total: 3.4 of 5",
        "Here is all that was said, question by question.",
    ]
    assert page.document
    assert page.document.name == "interview-12-backend-engineer.txt"
    assert page.document.text.split("\n\n") == [
        "Transcript: Backend Engineer\nInterview 12 · 2026-03-01 12:00 UTC · coach interview · senior level · finished",
        "Question 1\n----------",
        "Interviewer:\nWhy?",
        f"You:\n{'word ' * 700}",
        "Question 2\n----------",
        "Interviewer:\nAn outage?\n",
    ]


def test_without_a_score_there_is_none() -> None:
    for turn in (FIRST, LONG):
        page = kept.transcript(made(turn, total=None))
        assert not any(style is BlockStyle.SCORE for style, _ in blocks(page))


@pytest.mark.parametrize("character", ["x", "🙂"])
@pytest.mark.parametrize("over", [0, 1])
def test_the_border_is_counted_as_platforms_count(character: str, over: int) -> None:
    each = units(character)
    empty = units(kept.transcript(made(said((Kind.ANSWER, "")))).text)
    room, odd = divmod(LONGEST_TRANSCRIPT - empty, each)
    words = character * room + "x" * (odd + over)
    page = kept.transcript(made(said((Kind.ANSWER, words))))
    assert (page.document is not None) == bool(over)
    assert over or units(page.text) == LONGEST_TRANSCRIPT


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Verkäufer/in (50 %)", "interview-12-verkaufer-in-50.txt"),
        ("技术员", "interview-12.txt"),
        ("../../etc\\passwd\n", "interview-12-etc-passwd.txt"),
        ("a" * 39 + " long", f"interview-12-{'a' * 39}.txt"),
    ],
)
def test_the_name_of_the_file_is_one_that_every_system_can_hold(title: str, name: str) -> None:
    page = kept.transcript(made(LONG, title=title))
    assert page.document
    assert page.document.name == name


def heard(words: str) -> Spoken:
    return Spoken("n1", 2.0, tuple(Word(word, 0.0, 1.0, 0.9) for word in words.split()), (Span(0.0, 1.0),))


ALOUD = (
    *said((Kind.QUESTION, "Why queues?"), (Kind.ANSWER, "I type this.")),
    Utterance(Kind.ANSWER, "They take load.", NOW, "n1", spoken=heard("they take load")),
    Utterance(Kind.ANSWER, "And more of it.", NOW, "n2", spoken=heard("and more or less")),
    Utterance(Kind.RETRACTED, "I never meant this.", NOW, "n3", spoken=heard("I never meant this.")),
    Utterance(Kind.DOUBTFUL, "Mumble.", NOW, "n4", spoken=heard("Mumble.")),
    Utterance(Kind.VOICE_NOTE, "", NOW, "n5"),
    *said((Kind.FOLLOW_UP, "And then?"), (Kind.ANSWER, "Typed again.")),
)


def test_what_was_spoken_is_marked_and_what_was_taken_back_is_left_out() -> None:
    page = kept.transcript(made(ALOUD))
    assert [text for _, text in blocks(page)[4:]] == [
        "Interviewer: Why queues?",
        "You:",
        "I type this.",
        "You, aloud:",
        "They take load.",
        "You, aloud, corrected in writing:",
        "And more of it.",
        "You, aloud and not clearly heard:",
        "Mumble.",
        "You, in a voice note:",
        "(not transcribed)",
        "Interviewer: And then?",
        "You:",
        "Typed again.",
    ]
    page = kept.transcript(made(ALOUD, LONG))
    assert page.document
    assert page.document.text.split("\n\n")[2:10] == [
        "Interviewer:\nWhy queues?",
        "You:\nI type this.",
        "You, aloud:\nThey take load.",
        "You, aloud, corrected in writing:\nAnd more of it.",
        "You, aloud and not clearly heard:\nMumble.",
        "You, in a voice note:\n(not transcribed)",
        "Interviewer:\nAnd then?",
        "You:\nTyped again.",
    ]
    assert "never meant" not in page.document.text


SHOWN = sorted(set(Kind) - {Kind.RETRACTED, Kind.VOICE_NOTE})


@given(st.lists(st.lists(st.tuples(st.sampled_from(SHOWN), st.text(min_size=1, max_size=900))), max_size=5))
def test_everything_that_was_said_is_there_in_order(turns: list[list[tuple[Kind, str]]]) -> None:
    page = kept.transcript(made(*(said(*turn) for turn in turns)))
    whole, place = page.document.text if page.document else page.text, 0
    for _, text in (pair for turn in turns for pair in turn):
        place = whole.index(text, place) + len(text)


def test_all_that_an_interview_keeps_has_its_place() -> None:
    sitting = Sitting(Mode.COACH, questions=1)
    sitting.answer("I rolled it back.", follow_up="And then?")
    turns = tuple(turn.utterances for turn in sitting.interview.turns)
    page = kept.transcript(replace(made(*turns), phase=Phase.ASKING))
    assert re.search(
        r"Interviewer: When would.*You:\nI rolled it back\.\nInterviewer: And then\?", page.text, re.DOTALL
    )
    assert "· open" in page.text
