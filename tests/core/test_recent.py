from __future__ import annotations

import pytest

from core import text
from core.recent import Lately, Recent, forget_said, kept


def test_what_was_put_longest_ago_is_forgotten_first() -> None:
    recent = Recent[str, int](2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        recent.put(key, value)
    assert [recent.get(key) for key in "abc"] == [3, None, 4]


def test_what_is_dropped_is_forgotten_and_nothing_else() -> None:
    recent = Recent[str, int]()
    recent.put("a", 1)
    recent.put("b", 2)
    recent.drop("a")
    recent.drop("never put")
    assert [recent.get(key) for key in "ab"] == [None, 2]


def test_something_is_done_once_in_a_moment_for_each_key() -> None:
    now = 0.0
    lately = Lately(60, lambda: now)
    assert [lately.first("a"), lately.first("a"), lately.first("b")] == [True, False, True]
    now = 59.9
    assert not lately.first("a")
    now = 60.0  # counted from when it was done, not from when it was asked
    assert [lately.first("a"), lately.first("a")] == [True, False]


def test_what_was_not_done_after_all_can_be_done_again() -> None:
    lately = Lately(60, lambda: 0.0)
    assert lately.first("a")
    lately.undo("a")
    lately.undo("never done")
    assert [lately.first("a"), lately.first("a")] == [True, False]


def test_what_was_made_of_something_said_is_kept_until_it_is_forgotten() -> None:
    made = []

    @kept(1)
    def shout(said: str) -> str:
        made.append(said)
        return said.upper()

    assert [shout(said) for said in ("a", "a", "b", "a", "a")] == ["A", "A", "B", "A", "A"]
    assert made == ["a", "b", "a"]
    forget_said()
    assert shout("a") == "A"
    assert made == ["a", "b", "a", "a"]


@pytest.mark.parametrize("name", ["_known_apart", "_stem"])
def test_so_is_what_was_made_of_single_words_which_may_be_names(name: str) -> None:
    text.stems("Zyxquorbital")
    known = getattr(text, name).cache_info
    assert known().currsize > 0
    forget_said()
    assert known().currsize == 0
