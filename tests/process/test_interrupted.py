"""Ended at any moment and started again, an interview goes on exactly where it stood."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from adapters.roles import BUILT_IN
from tests.process.home import ANSWERS, Home
from tests.process.talking import Talking

CHAT = ("--role", "sales_associate", "--questions", "2")
LINES = ANSWERS
Transcript = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    home = Home(tmp_path_factory.mktemp("undisturbed"))
    home.chat(*CHAT, lines=LINES)
    assert home.rows("SELECT phase FROM interview") == [("finished",)]
    return home.transcript()


def _taken(home: Home) -> int:
    """How many of the lines are on disk."""
    kept = home.said("answer", "non_answer", "off_topic")
    assert kept == list(LINES[: len(kept)])
    return len(kept)


def _finished(home: Home) -> bool:
    return home.rows("SELECT phase FROM interview WHERE id = 1") == [("finished",)]


def _go_on(home: Home) -> None:
    """Start again, give what is left, and end with the report."""
    left = [] if _finished(home) else LINES[_taken(home) :]
    home.chat(*CHAT, lines=left)


def _assert_whole(home: Home, undisturbed: Transcript) -> None:
    assert home.transcript() == undisturbed
    asked = Counter((row[1], row[4], row[5]) for row in home.transcript() if row[4] in {"question", "follow_up"})
    assert set(asked.values()) == {1}
    assert _finished(home)
    assert home.rows("SELECT count(*) FROM report WHERE interview_id = 1") == [(1,)]
    assert home.rows("SELECT count(*) FROM pending_effect WHERE interview_id = 1") == [(0,)]


@pytest.mark.parametrize("lines", [pytest.param(0, marks=pytest.mark.full), 3])  # the first save is a moment below
def test_killed_after_some_lines(home: Home, undisturbed: Transcript, lines: int) -> None:
    with Talking(home, *CHAT) as talking:
        talking.say(*LINES[:lines])
        status, _ = talking.end(signal.SIGKILL)
    assert status == -signal.SIGKILL
    assert _taken(home) == lines
    _go_on(home)
    _assert_whole(home, undisturbed)


LONGER = [("before", "consider", 2), ("after", "assess", 1), ("before", "performed", 9)]
"""Moments that `tests/core/test_crashes.py` has, too, for each and every effect, but not with a real process."""
MOMENTS = [
    ("before", "save", 1),
    ("after", "send", 2),
    ("after", "save", 5),
    *(pytest.param(*moment, marks=pytest.mark.full) for moment in LONGER),
]


@pytest.mark.parametrize(("when", "method", "number"), MOMENTS)
def test_killed_at_a_moment(home: Home, undisturbed: Transcript, when: str, method: str, number: int) -> None:
    dying = ("-m", "tests.process.dying", when, method, str(number))
    ended = home.run("chat", "--json", *CHAT, given="".join(f"{line}\n" for line in LINES), program=dying)
    assert ended.status == -signal.SIGKILL
    _go_on(home)
    _assert_whole(home, undisturbed)


def test_what_is_asked_at_the_next_start_is_not_asked_once_more_unless_something_else_is_wanted(home: Home) -> None:
    dying = ("-m", "tests.process.dying", "before", "consider", "1")
    home.run("chat", "--json", *CHAT, given=f"{LINES[0]}\n", program=dying)
    asked, _ = home.chat(*CHAT)
    assert [message["kind"] for message in asked] == ["follow_up"]
    home.run("chat", "--json", *CHAT, given=f"{LINES[1]}\n", program=dying)
    asked, _ = home.chat("--role", "retail_associate")
    assert [message["kind"] for message in asked] == ["follow_up", "menu"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_the_report_is_sent_it_is_shown_at_the_next_start(
    home: Home, undisturbed: Transcript, when: str
) -> None:
    dying = ("-m", "tests.process.dying", when, "report", "1")
    ended = home.run("chat", "--json", *CHAT, given="".join(f"{line}\n" for line in LINES), program=dying)
    assert ended.status == -signal.SIGKILL
    again = home.run("chat", "--json", *CHAT)
    assert [message["kind"] for message in again.messages].count("report") == 1
    _assert_whole(home, undisturbed)


@pytest.mark.parametrize(("by", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_with_everything_saved(
    home: Home, undisturbed: Transcript, by: signal.Signals, status: int
) -> None:
    with Talking(home, *CHAT) as talking:
        talking.say(*LINES[:2])
        assert talking.end(by) == (status, "Stopped. Everything up to here is saved; the same command goes on.\n")
    assert _taken(home) == 2
    said = [row[1:3] + row[4:] for row in home.transcript()]
    assert said == [row[1:3] + row[4:] for row in undisturbed][: len(said)]


def test_a_second_process_is_refused_with_one_line(home: Home) -> None:
    with Talking(home, *CHAT) as talking:
        talking.say()
        ended = home.run("chat", *CHAT)
        assert (ended.status, ended.out) == (1, "")
        assert ended.err == f"{home.database} is already open in another process: stop that one first.\n"
        doctor = home.run("doctor", "--json")
        assert doctor.status == 0
        assert "in use by another process" in doctor.out
        assert talking.say(LINES[0])


def test_a_role_that_is_gone_ends_its_interview_with_a_word(home: Home) -> None:
    folder = home.path / "roles"
    folder.mkdir()
    source = folder / "shop.toml"
    source.write_bytes((BUILT_IN / "retail_associate.toml").read_bytes())
    home.chat("--role", "shop", lines=[LINES[0]], ROLES_DIR=str(folder))
    source.unlink()
    start, _ = home.chat(*CHAT, ROLES_DIR=str(folder))
    assert "changed or removed by the owner" in start[0]["text"]
    assert start[-1]["kind"] == "question"
    assert home.said("answer") == [LINES[0]]


@pytest.mark.parametrize("left", [(), ("4",)])
def test_killed_at_the_question_before_the_scores(home: Home, undisturbed: Transcript, left: Sequence[str]) -> None:
    with Talking(home, *CHAT) as talking:
        heard = talking.say(*LINES)
        assert [message["kind"] for message in heard][-1] == "menu"
        talking.end(signal.SIGKILL)
    assert home.rows("SELECT phase FROM interview") == [("reporting",)]
    messages = [message for part in home.chat(*CHAT, lines=left) for message in part]
    assert [message["kind"] for message in messages].count("report") == 1
    _assert_whole(home, undisturbed)
