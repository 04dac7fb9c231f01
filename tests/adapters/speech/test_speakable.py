"""What of a text is spoken; needs no library for voice."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.piper import sentences, speakable
from adapters.piper.wording import LONGEST_SENTENCE, LONGEST_TEXT

TABLE = [
    ("Tell me about **one** system.", "Tell me about one system."),
    ("# Question\nWhat *did* you __build__?", "Question\nWhat did you build?"),
    ("See [the docs](https://x.org/a?b=(1)) first.", "See the docs first."),
    ("See https://x.org/a?b=1#c, or www.x.org.", "See, or."),
    ("Well done 👍🏽🎉! 1️⃣ first ✅", "Well done! 1 first"),
    ("a [[h@l'oU]] b", "a b"),
    ("a [\u200b[evil]] b [[[deep]]] c", "a b c"),
    ("No\x00thing \x07here\u202e.", "Nothing here."),
    ("- one\n* two\n> three\n---\n1. four", "one\ntwo\nthree\n\n1. four"),
    ("Say `SELECT` in snake_case.", "Say SELECT in snake_case."),
    ("Before\n```python\nprint(1)\n```\nafter", "Before\n\nafter"),
    ("~~old~~ ||secret|| <b>bold</b> \\*star\\*", "old secret bold star"),
    ("<@123456> says <:smile:42> at <t:1700000000:R>", "says at"),
    ("A → B", "A, B"),
    ("At 5 p.m. it was 30 °C, e.g. 3.5 % of $20.", "At 5 p.m. it was 30 °C, e.g. 3.5 % of $20."),
    ("C++, C# and .NET: I/O", "C++, C# and .NET: I/O"),
    ("Füße, naïve, 日本語", "Füße, naïve, 日本語"),
]


@pytest.mark.parametrize(("text", "spoken"), TABLE, ids=[spoken for _, spoken in TABLE])
def test_only_what_has_a_sound_is_spoken(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@given(st.text(st.sampled_from("[]ab \n*_`<>()h:/.\x00\u200b\ufe0f🎉\\|"), max_size=60))
def test_nothing_is_left_that_a_voice_takes_as_a_command(text: str) -> None:
    spoken = speakable(text)
    assert not set("[]\x00\u200b🎉`") & set(spoken)
    assert spoken == spoken.strip()


def test_sentences_are_spoken_one_by_one() -> None:
    assert sentences("Good. Dr. Lee asked: why? Go on!") == ["Good.", "Dr. Lee asked: why?", "Go on!"]
    assert sentences("... !? --") == []


@pytest.mark.parametrize(
    "text", ["word " * 3000, "a" * 13000, "One, two. " * 2000, "5" * 3000, "- x\n" * 4000], ids=lambda text: text[:5]
)
def test_a_text_without_end_is_cut(text: str) -> None:
    found = sentences(speakable(text))
    assert found
    assert max(map(len, found)) <= LONGEST_SENTENCE
    assert sum(map(len, found)) <= LONGEST_TEXT


def test_long_sentences_are_cut_between_words() -> None:
    words = [f"word{number}" for number in range(150)]
    found = sentences(", ".join(words))
    assert len(found) > 1
    assert " ".join(found).replace(",", "").split() == words


@pytest.mark.parametrize(
    "piece", ["[", "[[a", "[(", "<", "<a ", "http://", "\\", "_a", " ", "|", "```", "[a](", "* ", ". ", ">", "<t:"]
)
def test_what_is_meant_to_take_long_does_not(piece: str) -> None:
    text = piece * (13_000 // len(piece))
    began = time.perf_counter()
    sentences(speakable(text))
    assert time.perf_counter() - began < 2  # it takes some milliseconds; backtracking would take minutes
