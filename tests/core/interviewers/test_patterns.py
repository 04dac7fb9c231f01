"""Many patterns together find what each of them finds."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

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
