from __future__ import annotations

import re
import string
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.recent import forget_said
from core.text import (
    LONGEST_WORD,
    clean,
    excerpt,
    has_words,
    lowered,
    sentences,
    snippet,
    stem,
    stems,
    word_spans,
    words,
)
from tests.rounds import rounds

LONG = rounds(100_000, 1_000_000)  # what takes quadratic time ends in time with neither


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  hello   there \t you ", "hello there you"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("ze\u200bro\u2060 wi\u00addth", "zero width"),
        ("\u202eevil\u202c", "evil"),
        ("bell\x07 and\x00 nul", "bell and nul"),
        ("cafe\u0301", "caf\u00e9"),
        ("lone \ud800 half", "lone \ufffd half"),
        ("\ufeffmark", "mark"),
        ("", ""),
        (" \n \t ", ""),
    ],
)
def test_clean(raw: str, kept: str) -> None:
    assert clean(raw) == kept


@given(st.text("az. ~\t\n\x7f"))
def test_plain_text_is_cleaned_like_any_other(text: str) -> None:
    assert clean(text) == clean(text + "\u00ad")


@given(st.text(st.characters() | st.sampled_from("\u0130\u0131\u017f\u212a\u1e9e\u00fc\u00dc" + string.ascii_letters)))
def test_in_lower_case_a_small_letter_is_found_where_ignoring_case_would_find_it(text: str) -> None:
    small = lowered(text)
    assert len(small) == len(text)
    for letter in string.ascii_lowercase + "üöêçãíóáè":
        found = re.finditer(letter, text, re.IGNORECASE)
        assert [match.start() for match in re.finditer(letter, small)] == [match.start() for match in found]


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I didn’t go", ["i", "did", "not", "go"]),
        ("I've can't won't", ["i", "have", "can", "not", "will", "not"]),
        ("dont know", ["do", "not", "know"]),
        ("The customer's phone", ["the", "customer", "phone"]),
        ("o'clock rock'n'roll", ["oclock", "rocknroll"]),
        ("mustn't", ["must", "not"]),
        ("snake_case x-ray 3.5", ["snake", "case", "x", "ray", "3", "5"]),
        ("😅 …", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("wrote", "writing"),
        ("sold", "sells"),
        ("prioritise", "prioritized"),
        ("organisation", "organizations"),
        ("queries", "query"),
        ("indices", "index"),
        ("shelves", "shelf"),
        ("deployed", "deploys"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_other_words_keep_their_stems() -> None:
    assert stem("counter") != stem("count")
    assert stem("x" * (LONGEST_WORD + 1)) == "x" * (LONGEST_WORD + 1)
    assert stems("She sold shelves") == ["she", "sell", "shelf"]


@pytest.mark.parametrize(
    ("text", "has"), [("yes", True), ("5", True), ("", False), ("😅😅", False), ("?!…", False), ("_", False)]
)
def test_has_words(text: str, *, has: bool) -> None:
    assert has_words(text) is has


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("first line\nsecond line; third part", ["first line", "second line", "third part"]),
        ("It took 3.5 hours at example.org.", ["It took 3.5 hours at example.org."]),
        ("We used tools, e.g. a saw. Then we left.", ["We used tools, e.g. a saw.", "Then we left."]),
        ("He said “no.” Then he left", ["He said “no.”", "Then he left"]),
        ("- dig\n- rake", ["dig", "rake"]),
        ("... !!! 😅", []),
        ("", []),
    ],
)
def test_sentences(text: str, found: list[str]) -> None:
    assert sentences(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "We had an outage in\nproduction because the disk\nwas full.",
            ["We had an outage in\nproduction because the disk\nwas full."],
        ),
        (
            "I told the customer that I\nwould call her back. She was\nhappy with that.",
            ["I told the customer that I\nwould call her back.", "She was\nhappy with that."],
        ),
        ("I cleaned the shelves\n\nI counted the till", ["I cleaned the shelves", "I counted the till"]),
        ("Steps:\n1. lock the door\n2. count the money", ["Steps", "1. lock the door", "2. count the money"]),
        (
            "Last year we moved our customer data to Postgres on\nMonday and it went well.",
            ["Last year we moved our customer data to Postgres on\nMonday and it went well."],
        ),
        ("I asked my manager\nMaria said yes", ["I asked my manager", "Maria said yes"]),
        ("It was slow.\nI added an index.", ["It was slow.", "I added an index."]),
        ("caching\nindexes\nreplicas\nqueues", ["caching", "indexes", "replicas", "queues"]),
        ("Caching\nLoad balancing\nRead replicas\nQueues", ["Caching", "Load balancing", "Read replicas", "Queues"]),
        ("* I greeted her\n* I asked for the receipt", ["I greeted her", "I asked for the receipt"]),
        (
            "She was angry and said that our shop was bad, so\nI gave her the money back and told my boss.",
            ["She was angry and said that our shop was bad, so\nI gave her the money back and told my boss."],
        ),
        ("a) first the till\nb) then the door", ["a) first the till", "b) then the door"]),
    ],
)
def test_a_line_break_ends_a_sentence_only_where_one_ends(text: str, found: list[str]) -> None:
    assert sentences(text) == found


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("I rang the customer back, and she told me what was wrong", "I rang the customer back…"),
        ("I rang the\ncustomer.", "I rang the customer"),
        ("I rang everybody whom we had ever sold anything", "I rang everybody whom we had ever…"),
    ],
)
def test_a_snippet_is_cut_between_clauses_if_it_can_be(sentence: str, shown: str) -> None:
    assert snippet(sentence, 36) == shown


def test_speech_without_full_stops_is_cut_at_its_joints() -> None:
    speech = "i went to the garden and looked at the trees one after another " * 5
    found = sentences(speech)
    assert len(found) > 2
    assert all(len(one.split()) < 41 for one in found)
    assert " ".join(found) == speech.strip()


def test_a_joint_at_the_very_end_is_no_border() -> None:
    speech = " ".join(["word"] * 41) + " and then"
    assert sentences(speech) == [speech]


@given(st.text())
def test_sentences_are_pieces_of_the_text_in_order(text: str) -> None:
    place = 0
    for one in sentences(text):
        place = text.index(one, place) + len(one)
        assert has_words(one)


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("We cut the tree.", 80, "We cut the tree"),
        ("We cut the old tree down", 12, "We cut the…"),
        ("We cut, the old tree down", 8, "We cut…"),
        ("Donaudampfschiff", 5, "Donau…"),
    ],
)
def test_snippet(text: str, limit: int, short: str) -> None:
    assert snippet(text, limit) == short


@given(st.text(), st.integers(1, 50))
def test_an_excerpt_is_the_beginning_of_its_sentence(text: str, limit: int) -> None:
    short = excerpt(text, limit)
    assert text.startswith(short)
    assert len(short) <= limit


def test_word_spans() -> None:
    assert list(word_spans("ab, cd")) == [(0, 2), (4, 6)]


@pytest.mark.parametrize("piece", ["a", ".", ". ", "and\t", "and ", "'", "a'", "\u0301", "”", " ", "\n", "1.", "é-"])
def test_hostile_text_takes_linear_time(piece: str) -> None:
    text = (piece * LONG)[:LONG]
    clean(text)
    words(text)
    sentences(text)
    has_words(text)
    snippet(text)


@pytest.fixture
def impatient() -> Iterator[None]:
    """Threads that take turns all the time."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("impatient")
def test_stems_are_the_same_while_other_threads_stem_as_well() -> None:
    endings = ("ational", "iveness", "fulness", "ization", "ing", "ed")
    invented = [
        "".join(letters) + ending for letters in product("bdg", "aeo", "lmr", "iu", "nst") for ending in endings
    ]
    forget_said()
    with ThreadPoolExecutor(4) as threads:
        beside = [*threads.map(lambda order: {word: stem(word) for word in invented[::order]}, (1, -1, 1, -1))]
    forget_said()
    assert beside == [{word: stem(word) for word in invented}] * 4
