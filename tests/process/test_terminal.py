"""An interview typed at a terminal."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pexpect
import pytest

from tests.process.home import ANSWERS, Home

LONG_GAP = "30"
SALES = ("chat", "--role", "sales_associate")
WEAK = ("I worked in a shop and it was fine.", "There were some people and some things.")
PROMPT = r"\[\?2004h"  # the prompt asks for pastes to be marked
STOPPED = "Stopped. Everything up to here is saved; the same command goes on."


@contextmanager
def typing(home: Home, *arguments: str, **settings: str) -> Iterator[pexpect.spawn[str]]:
    """The program on a terminal of its own."""
    child = pexpect.spawn(
        sys.executable,
        ["-m", "bot", *arguments],
        cwd=str(home.path),
        env=home.environment(PROMPT_TOOLKIT_NO_CPR="1", TERM="xterm", **settings),
        encoding="utf-8",
        dimensions=(60, 200),
        timeout=15,
    )
    try:
        yield child
    finally:
        child.close(force=True)


def ended(child: pexpect.spawn[str]) -> tuple[int | None, str]:
    """The exit status, and what was said last."""
    child.expect(pexpect.EOF)
    child.wait()
    child.close()
    return child.exitstatus, re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", child.before or "")


def test_a_menu_and_an_answer_of_several_messages(home: Home) -> None:
    with typing(home, "run", QUIET_GAP_SECONDS="0.6") as child:
        child.expect(f"(?s)1  Backend Engineer.*3  Sales Associate.*{PROMPT}")
        child.send("9\r")
        child.expect("Please type the number of your choice first")
        child.send("well, the sales job\r")
        child.expect("Please type the number of your choice first")
        child.send("\r")
        child.expect("Please type the number of your choice first")
        child.send("3\r")
        child.expect(f"(?s)Question 1 of 5.*{PROMPT}")
        child.send(f"{WEAK[0]}\r")
        child.send(f"{WEAK[1]}\r")
        child.expect("Follow-up 1 of 3")
        child.sendcontrol("d")
        status, said = ended(child)
    assert status == 0
    assert "Your interview is saved where it stands. The same command goes on with it." in said
    assert home.said("answer") == list(WEAK)
    assert [row[4] for row in home.transcript()] == ["question", "answer", "answer", "follow_up"]


def test_an_empty_enter_ends_the_answer_and_typing_keeps_it_open(home: Home) -> None:
    with typing(home, "chat", "--role", "sales_associate", QUIET_GAP_SECONDS=LONG_GAP) as child:
        child.expect(PROMPT)
        child.send("\r")
        child.expect("I have no answer from you yet")
        child.send(f"{WEAK[0]}\r")
        child.send("and there is more")
        child.send("\r\r")
        child.expect("Follow-up 1 of 3")
        child.send("/stop\r")
        child.expect("Your report")
        child.send("hello\r")
        child.expect(f"(?s)Your interview is over.*{PROMPT}")
        child.sendcontrol("d")
        status, said = ended(child)
    assert status == 0
    assert "saved where it stands" not in said
    assert home.said("answer") == [WEAK[0], "and there is more"]


def test_control_c_keeps_even_an_answer_that_is_waited_on_and_the_next_start_offers_to_go_on(home: Home) -> None:
    with typing(home, *SALES, QUIET_GAP_SECONDS=LONG_GAP) as child:
        child.expect(PROMPT)
        child.send(f"{WEAK[0]}\r")
        child.send("/status\r")
        child.expect("waiting for your answer")
        child.sendcontrol("c")
        status, said = ended(child)
        assert (status, STOPPED in said) == (130, True)
    assert home.said("answer") == [WEAK[0]]
    with typing(home, *SALES, QUIET_GAP_SECONDS="0") as child:
        child.expect("Follow-up 1 of 3")
        child.expect(f"(?s)1  Go on.*2  Finish it now, with a report.*3  Drop it.*{PROMPT}")
        child.send("1\r")
        child.expect("Going on with question 1 of 5")
        child.expect(f"(?s)Follow-up 1 of 3.*{PROMPT}")
        child.kill(signal.SIGTERM)
        status, said = ended(child)
        assert (status, STOPPED in said) == (0, True)
    with typing(home, *SALES, QUIET_GAP_SECONDS="0") as child:
        child.expect(f"(?s)3  Drop it.*{PROMPT}")
        child.send("go on\r")
        child.expect(f"(?s)Follow-up 1 of 3.*{PROMPT}")
        child.send(f"{WEAK[1]}\r")
        child.expect("Follow-up 2 of 3|Question 2 of 5")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    assert home.said("answer") == list(WEAK)


def test_an_open_interview_is_finished_or_dropped_by_its_number(home: Home) -> None:
    home.run(*SALES, given=f"{WEAK[0]}\n")
    with typing(home, *SALES, QUIET_GAP_SECONDS="0") as child:
        child.expect(f"(?s)3  Drop it.*{PROMPT}")
        child.send("2\r")
        child.expect(f"(?s)Your report.*Question 1 of 5.*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    with typing(home, *SALES) as child:
        child.expect(f"(?s)3  Drop it.*{PROMPT}")
        child.send("/history\r")
        child.expect("2 interviews")
        child.send("3\r")
        child.expect(f"(?s)ended without a report.*Question 1 of 5.*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    assert home.rows("SELECT phase FROM interview ORDER BY id") == [("finished",), ("dropped",), ("asking",)]


def test_a_number_after_the_roles_were_looked_at_is_an_answer(home: Home) -> None:
    with typing(home, *SALES, QUIET_GAP_SECONDS="0") as child:
        child.expect(PROMPT)
        child.send("/roles\r")
        child.expect("Jobs I can interview for")
        child.send("3\r")
        child.expect(f"(?s)(To begin with|I do not see yet|Follow-up 1 of 3).*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    assert home.rows("SELECT text FROM utterance WHERE text = '3'") == [("3",)]


def test_coach_mode_by_numbers(home: Home) -> None:
    arguments = ("chat", "--role", "sales_associate", "--mode", "coach", "--questions", "2")
    with typing(home, *arguments, QUIET_GAP_SECONDS="0") as child:
        child.expect(PROMPT)
        for _ in range(2):
            child.send("I do not know\r")
            child.expect("To begin with|1  Try again")
        child.expect("2  Next question")
        child.send("1\r")
        child.expect(f"(?s)Question 1 of 2.*{PROMPT}")
        child.send("/stop\r")
        child.expect(f"(?s)Your report.*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    assert {row[2] for row in home.transcript()} == {1, 2}


ONE_QUESTION = (*SALES, "--questions", "1")
TOLD = (ANSWERS[0], ANSWERS[1], ANSWERS[4])


def test_an_empty_enter_at_the_rating_shows_the_report_and_numbers_go_on_from_there(home: Home) -> None:
    with typing(home, *ONE_QUESTION, QUIET_GAP_SECONDS="0") as child:
        child.expect(PROMPT)
        for answer in TOLD:
            child.send(f"{answer}\r")
            child.expect(f"(?s)(Follow-up|how well did it go).*{PROMPT}")
        child.send("rather well I think\r")
        child.expect("Please type the number of your choice first, or press Enter for the report")
        child.send("\r")
        child.expect(f"(?s)Your report.*1  Try question 1 again.*3  I disagree.*{PROMPT}")
        child.send("3\r")
        child.expect(f"(?s)What did I get wrong.*1  Never mind.*{PROMPT}")
        child.send("1\r")
        child.expect(f"(?s)I leave the assessment as it is.*{PROMPT}")
        child.send("/retry\r")
        child.expect(f"(?s)Question 1 of 1.*{PROMPT}")
        child.send("/stop\r")
        child.expect(f"(?s)report.*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    assert home.rows("SELECT count(*) FROM interview") == [(1,)]
    assert home.rows("SELECT self_rating, phase FROM interview") == [(0, "finished")]


def test_a_rating_is_typed_by_its_number(home: Home) -> None:
    with typing(home, *ONE_QUESTION, QUIET_GAP_SECONDS="0") as child:
        child.expect(PROMPT)
        for answer in TOLD:
            child.send(f"{answer}\r")
            child.expect(f"(?s)(Follow-up|how well did it go).*{PROMPT}")
        child.send("4\r")
        child.expect(f"(?s)Your report.*You rated yourself.*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0


@pytest.mark.parametrize("as_json", [True, False])
def test_typed_with_the_output_piped_away(home: Home, as_json: bool) -> None:  # noqa: FBT001
    """As in `interview-bot chat | tee file`: the messages go to the file as they come, the prompt to the terminal."""
    command = f"{sys.executable} -m bot chat --role sales_associate {'--json' if as_json else ''} | tee out"
    child = pexpect.spawn(
        "/bin/sh",
        ["-c", command],
        cwd=str(home.path),
        env=home.environment(PROMPT_TOOLKIT_NO_CPR="1", TERM="xterm", QUIET_GAP_SECONDS="0"),
        encoding="utf-8",
        dimensions=(60, 200),
        timeout=15,
    )
    child.expect(PROMPT)
    child.send(f"{WEAK[0]}\r")
    child.expect("Follow-up 1 of 3")
    child.sendcontrol("d")
    child.expect(pexpect.EOF)
    child.close()
    written = (home.path / "out").read_text()
    assert "Question 1 of 5" in written
    assert "Follow-up 1 of 3" in written
    assert "\x1b" not in written
