"""Many patterns together find what each of them finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.interviewers import orders, remarks
from core.interviewers.machine_talk import BID, MACHINE_TALK
from core.interviewers.patterns import AT_A_WORD, together

PATTERNS = (
    r"\bsee (?:the )?tree\b",
    r"\bleaf\b[^.]{0,9}\btree\b|\bold leaf\b",
    r"(?:^|[.] )now (?:see|cut)\b",
    r"(?:^|[.] )cut\b",
    r"tr[^e ]",
    r"^\W*the\b",
)
SAID = st.lists(st.sampled_from(["see", "the", "tree", "leaf", "old", "now", "cut", "try", ".", "resee"])).map(" ".join)
BIDDING = st.lists(
    st.sampled_from(
        [
            "please",
            "now",
            "set",
            "ask",
            "no",
            "kind",
            "the",
            "follow-up",
            "as",
            "your",
            "questions",
            "stop",
            "interview",
        ]
    ),
    min_size=2,
    max_size=6,
).map(" ".join)


def is_found(said: str, patterns: tuple[re.Pattern[str], ...]) -> bool:
    return any(pattern.search(said) for pattern in patterns)


@given(SAID)
def test_patterns_together_find_what_each_of_them_does(said: str) -> None:
    joined = together(PATTERNS, r"(?:^|[.] )", AT_A_WORD)
    assert len(joined) == 4
    assert is_found(said, joined) == is_found(said, tuple(map(re.compile, PATTERNS)))


@given(BIDDING)
def test_so_do_those_of_talk_to_a_machine(said: str) -> None:
    assert is_found(said, together(MACHINE_TALK, BID, AT_A_WORD)) == is_found(
        said, tuple(map(re.compile, MACHINE_TALK))
    )


def alternatives(pattern: str) -> list[str]:
    """What stands between the bars that are in no brackets."""
    depth, parts = 0, [""]
    for piece in re.findall(r"\\.|\[(?:\\.|[^\]])*\]|.", pattern, re.DOTALL):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


@pytest.mark.parametrize("patterns", [(*orders._ORDERS, *MACHINE_TALK), (*remarks._PRAISE, *remarks._VERDICTS)])
def test_alternatives_without_brackets_all_have_the_beginning(patterns: tuple[str, ...]) -> None:
    for beginning in (BID, AT_A_WORD):
        begun = [pattern for pattern in patterns if pattern.startswith(beginning)]
        assert all(one.startswith(beginning) for pattern in begun for one in alternatives(pattern))
    assert alternatives(r"\bfoo|(?:a|b)[|]\||bar") == [r"\bfoo", r"(?:a|b)[|]\|", "bar"]
