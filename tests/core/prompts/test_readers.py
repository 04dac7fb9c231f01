"""A reader takes any text whatsoever and gives clean values or BadReplyError."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.model import AnswerKind
from core.prompts import BadReplyError
from core.prompts.assess import LONGEST_QUOTE, LONGEST_TEXT, Grade, read_grade
from core.prompts.consider import LONGEST_FOLLOW_UP, ReadConsideration, read_consideration
from core.prompts.replies import LONGEST_REPLY
from core.prompts.strengthen import LONGEST_ANSWER, LONGEST_CHANGE, ReadStronger, read_stronger
from core.roles import Criterion
from tests.core.prompts.sample import QUESTION
from tests.rounds import rounds

CONSIDERED = {"kind": "answer", "covered": ["speed"], "point": "lookout", "follow_up": "Who kept watch?"}
GRADED = {
    "evidence": ["four knots", "the horn"],
    "strength": "You name the speed.",
    "improvement_quote": "the horn",
    "improvement": "Nobody knows why.",
    "advice": "Say why you sounded it.",
    "level": 3,
}
TECHNICAL = {
    "covered": {"speed": "four knots", "lookout": "the mate stood in the bow", "passengers": ""},
    **{name: value for name, value in GRADED.items() if name != "evidence"},
}
STRONGER = {"stronger": "I slowed down to four knots.", "changes": ["The speed comes first."]}
READERS: dict[str, tuple[dict[str, Any], Callable[[str], object]]] = {
    "consider": (CONSIDERED, lambda reply: read_consideration(reply, QUESTION)),
    "communication": (GRADED, lambda reply: read_grade(reply, QUESTION, Criterion.COMMUNICATION)),
    "structure": (GRADED, lambda reply: read_grade(reply, QUESTION, Criterion.STRUCTURE)),
    "technical": (TECHNICAL, lambda reply: read_grade(reply, QUESTION, Criterion.TECHNICAL)),
    "strengthen": (STRONGER, read_stronger),
}
readers = pytest.mark.parametrize(("good", "read"), READERS.values(), ids=READERS)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


def texts_of(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_of(item)


def check(read: Callable[[str], object], reply: str) -> None:
    try:
        value = read(reply)
    except BadReplyError as error:
        message = str(error)
        assert message.endswith(".")
        assert len(message) < 80
        return
    assert isinstance(value, Grade | ReadConsideration | ReadStronger)
    if isinstance(value, Grade):
        assert type(value.level) is int
        assert 1 <= value.level <= 5
    fields = tuple(getattr(value, name) for name in value.__slots__)
    for text in texts_of(fields):
        assert len(text) < LONGEST_ANSWER + 1
        assert text == " ".join(text.split())
        assert not any(unicodedata.category(letter).startswith("C") for letter in text)


@readers
@given(reply=st.text())
@example(reply="[" * 100_000)
@example(reply="[" * 9_000)
@example(reply='{"level":' * 3_000)
@example(reply="9" * 15_000)
@example(reply="")
@example(reply="null")
@example(reply="[]")
@example(reply="true")
def test_any_text_is_read_or_refused(good: dict[str, Any], read: Callable[[str], object], reply: str) -> None:
    check(read, reply)


@readers
@settings(max_examples=rounds(10, 100))
@given(changed=st.data())
def test_any_json_in_any_field_is_read_or_refused(
    good: dict[str, Any], read: Callable[[str], object], changed: st.DataObject
) -> None:
    names = changed.draw(st.sets(st.sampled_from(sorted(good))))
    fields = {**good, **{name: changed.draw(values) for name in sorted(names)}}
    check(read, json.dumps(fields))
    check(read, json.dumps(fields, ensure_ascii=False))


@readers
@given(text=st.text(st.characters(categories=["L", "Cc", "Cf", "Cs", "Co", "Cn", "Z", "P"]), max_size=40))
def test_texts_are_one_clean_line(good: dict[str, Any], read: Callable[[str], object], text: str) -> None:
    check(read, json.dumps({name: text if isinstance(value, str) else value for name, value in good.items()}))


@readers
def test_every_field_is_required_and_may_be_named_once(good: dict[str, Any], read: Callable[[str], object]) -> None:
    read(json.dumps(good))
    for name, value in good.items():
        with pytest.raises(BadReplyError):
            read(json.dumps({key: one for key, one in good.items() if key != name}))
        with pytest.raises(BadReplyError):
            read(json.dumps(good)[:-1] + f", {json.dumps(name)}: {json.dumps(value)}}}")


@readers
def test_a_fence_is_taken_off_and_prose_is_refused(good: dict[str, Any], read: Callable[[str], object]) -> None:
    reply = json.dumps(good)
    expected = read(reply)
    assert read(f" ```json\n{reply}\n``` ") == expected
    assert read(f"```\n{reply}\n```") == expected
    assert read(json.dumps({**good, "thinking": "unasked"})) == expected
    for prose in (
        f"Here it is: {reply}",
        f"{reply} I hope this helps.",
        f"{reply}{reply}",
        f'{reply[:-1]}, "x": NaN}}',
    ):
        with pytest.raises(BadReplyError):
            read(prose)


@readers
def test_a_reply_that_is_too_long_is_refused(good: dict[str, Any], read: Callable[[str], object]) -> None:
    reply = json.dumps(good)
    assert read(reply + " " * (LONGEST_REPLY - len(reply))) == read(reply)
    with pytest.raises(BadReplyError):
        read(reply + " " * (LONGEST_REPLY - len(reply) + 1))


@pytest.mark.parametrize("level", ["3.0", '"3"', '"3.5"', "3.5", "7", "0", "-1", "null", "true", "[3]", "NaN", "1e0"])
@pytest.mark.parametrize("criterion", Criterion)
def test_a_level_is_a_whole_number_from_1_to_5(level: str, criterion: Criterion) -> None:
    good = TECHNICAL if criterion is Criterion.TECHNICAL else GRADED
    with pytest.raises(BadReplyError):
        read_grade(json.dumps({**good, "level": 0}).replace('"level": 0', f'"level": {level}'), QUESTION, criterion)


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_a_grade_is_read_as_it_stands(level: int) -> None:
    assert read_grade(json.dumps({**GRADED, "level": level}), QUESTION, Criterion.STRUCTURE) == Grade(
        level,
        ("four knots", "the horn"),
        (),
        "You name the speed.",
        "Nobody knows why.",
        "the horn",
        "Say why you sounded it.",
    )


def test_the_evidence_of_the_technical_criterion_are_the_quotes_of_its_points() -> None:
    fields = {
        **TECHNICAL,
        "covered": {
            "passengers": "four knots",
            "invented": "the horn",
            "lookout": " \u202e ",
            "speed": "four knots",
        },
    }
    grade = read_grade(json.dumps(fields), QUESTION, Criterion.TECHNICAL)
    assert grade.covered == (("speed", "four knots"), ("passengers", "four knots"))
    assert grade.evidence == ("four knots",)


def test_a_point_that_a_reply_leaves_out_is_not_made() -> None:
    reply = json.dumps({**TECHNICAL, "covered": {"lookout": "the mate"}})
    assert read_grade(reply, QUESTION, Criterion.TECHNICAL).covered == (("lookout", "the mate"),)


@pytest.mark.parametrize("covered", ['"speed"', '["speed"]', "null", '{"speed": null}', '{"speed": ["x"]}', "7"])
def test_points_without_quotes_are_refused(covered: str) -> None:
    reply = json.dumps({**TECHNICAL, "covered": 0}).replace('"covered": 0', f'"covered": {covered}')
    with pytest.raises(BadReplyError):
        read_grade(reply, QUESTION, Criterion.TECHNICAL)


def test_quotes_are_few_different_and_cut_between_words() -> None:
    long = "word " * 60
    grade = read_grade(
        json.dumps({**GRADED, "evidence": ["", "a  b", "a b", long, "third"], "improvement_quote": long}),
        QUESTION,
        Criterion.COMMUNICATION,
    )
    assert grade.evidence[0] == "a b"
    assert len(grade.evidence) == 2
    assert grade.improvement_quote == grade.evidence[1]
    assert 60 < len(grade.improvement_quote) < LONGEST_QUOTE
    assert set(grade.improvement_quote.split()) == {"word"}
    full = "wo " * (LONGEST_QUOTE // 3) + "h" * (LONGEST_QUOTE % 3)
    cut = read_grade(json.dumps({**GRADED, "improvement_quote": full}), QUESTION, Criterion.STRUCTURE)
    assert len(full) == LONGEST_QUOTE
    assert set(cut.improvement_quote.split()) == {"wo"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Short one", "Short one"),
        ("x" * (LONGEST_TEXT - 1), "x" * (LONGEST_TEXT - 1)),
        ("x" * (LONGEST_TEXT - 1) + ".", "x" * (LONGEST_TEXT - 1) + "."),
        ("One whole sentence. " + "word " * 40, "One whole sentence."),
        ("word " * 40, " ".join(["word"] * 19) + "…"),
    ],
)
def test_a_text_that_was_cut_off_ends_at_a_sentence_or_says_so(text: str, expected: str) -> None:
    read = read_grade(json.dumps({**GRADED, "advice": text}), QUESTION, Criterion.STRUCTURE).advice
    assert read == expected
    assert len(read) <= LONGEST_TEXT


@pytest.mark.parametrize("kind", AnswerKind)
def test_every_kind_is_read(kind: AnswerKind) -> None:
    assert read_consideration(json.dumps({**CONSIDERED, "kind": kind.value}), QUESTION).kind is kind


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ReadConsideration(AnswerKind.ANSWER, ("speed",), "lookout", "Who kept watch?")),
        ({"covered": ["passengers", "x", 3, None, [], "speed", "speed"]}, ("speed", "passengers")),
        ({"point": "invented"}, ""),
        ({"point": "speed"}, ""),
        ({"point": ""}, ""),
    ],
)
def test_only_known_points_that_are_open_are_read(fields: dict[str, Any], expected: object) -> None:
    read = read_consideration(json.dumps({**CONSIDERED, **fields}), QUESTION)
    seen = {"covered": read.covered, "point": read.point}
    assert expected == (seen[next(iter(fields))] if fields else read)


@pytest.mark.parametrize("kind", ['"Answer"', '"good"', '""', "null", "1", "[]", "{}"])
def test_an_unknown_kind_is_refused(kind: str) -> None:
    with pytest.raises(BadReplyError):
        read_consideration(json.dumps(CONSIDERED).replace('"answer"', kind), QUESTION)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The answer is incomplete. What metric improved?", "The answer is incomplete. What metric improved?"),
        ("Could you walk me\nthrough the complete rollout?", "Could you walk me through the complete rollout?"),
        ("\u202eWho\u202c kept\x07 watch?", "Who kept watch?"),
        ("Who kept watch? " + "And where was it " * 20, "Who kept watch?"),
        ("And where was it " * 20, ""),
        ("x" * (LONGEST_FOLLOW_UP - 1) + "?", "x" * (LONGEST_FOLLOW_UP - 1) + "?"),
        ("", ""),
    ],
)
def test_a_follow_up_is_one_line_and_whole(text: str, expected: str) -> None:
    assert read_consideration(json.dumps({**CONSIDERED, "follow_up": text}), QUESTION).follow_up == expected


def test_a_stronger_answer_is_one_line_with_up_to_three_changes() -> None:
    changes = ["", "One.", "One.", "Two.", "word " * 40, "Four."]
    read = read_stronger(json.dumps({"stronger": "I slowed\n\ndown.", "changes": changes}))
    assert read.text == "I slowed down."
    assert read.changes[:2] == ("One.", "Two.")
    assert len(read.changes) == 3
    assert len(read.changes[2]) <= LONGEST_CHANGE


@pytest.mark.parametrize("text", ["", "  \n", "\u200b\x00"])
def test_an_empty_stronger_answer_is_refused(text: str) -> None:
    with pytest.raises(BadReplyError):
        read_stronger(json.dumps({**STRONGER, "stronger": text}))
