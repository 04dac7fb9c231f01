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
from tests.process.loopback import Loopback

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
        env=home.environment(**{"PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm", "COLUMNS": "200"} | settings),
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
        child.expect(
            "There is no 9 to choose here. Please type your choice first, .* press Enter for “Backend Engineer”."
        )
        child.send("well, the sales job\r")
        child.expect("There is no role “well, the sales job”. .*Please type your choice first")
        child.send("3\r")
        child.expect(f"(?s)✓ Mock +Coach.*3 +✓ 5 .*Start.*{PROMPT}")
        child.send("5 of them\r")
        child.expect("(?m)^[^“]*Please type your choice first, by its number or name, or press Enter for “Start”.")
        child.send("99\r")
        child.expect("The number of questions must be from 1 to 10, not 99. Please type your choice first")
        child.send("coach\r")
        child.expect(f"(?s)Coach interview.*Mock +✓ Coach.*{PROMPT}")
        child.send("3\r")
        child.expect(f"(?s)3 questions, mid level.*✓ 3 .*{PROMPT}")
        child.send("sen\r")
        child.expect(f"(?s)3 questions, senior level.*✓ Senior.*{PROMPT}")
        child.send("start\r")
        child.expect(f"(?s)Question 1 of 3.*{PROMPT}")
        child.send(f"{WEAK[0]}\r")
        child.send(f"{WEAK[1]}\r")
        child.expect("Follow-up 1 of 3")
        child.sendcontrol("d")
        status, said = ended(child)
    assert status == 0
    assert "Your interview is saved where it stands. The same command goes on with it." in said
    assert home.said("answer") == list(WEAK)
    assert [row[4] for row in home.transcript()] == ["question", "answer", "answer", "follow_up"]
    assert home.rows("SELECT mode, seniority FROM interview") == [("coach", "senior")]


def test_enter_goes_all_the_way_to_the_question_and_back_to_it(home: Home) -> None:
    with typing(home, "chat", QUIET_GAP_SECONDS="0") as child:
        child.expect(f"(?s)Which job.*{PROMPT}")
        child.send("\r")
        child.expect(f"(?s)5 questions, mid level.*{PROMPT}")
        child.send("\r")
        child.expect(f"(?s)Backend Engineer, mid level, 5 questions.*Question 1 of 5.*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    with typing(home, "chat", QUIET_GAP_SECONDS="0") as child:
        child.expect(f"(?s)1  Go on.*{PROMPT}")
        child.send("\r")
        child.expect(f"(?s)Question 1 of 5.*{PROMPT}")
        child.send("/interview sales_associate 3\r")
        child.expect(f"(?s)2  Finish it now.*3  Drop it.*{PROMPT}")
        child.send("drop it\r")
        child.expect(f"(?s)Sales Associate, mid level, 3 questions.*Question 1 of 3.*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    assert home.rows("SELECT role_id, phase FROM interview ORDER BY id") == [
        ("backend_engineer", "dropped"),
        ("sales_associate", "asking"),
    ]


@pytest.mark.unmeasured
def test_jobs_and_what_an_interview_is_made_of_are_called_by_their_words(home: Home) -> None:
    with typing(home, "chat", "--mode", "coach", QUIET_GAP_SECONDS="0") as child:
        child.expect(f"(?s)Which job.*{PROMPT}")
        child.send("2 questions\r")
        child.expect(f"(?s)There is no role “questions”.*{PROMPT}")
        child.send("sales\r")
        child.expect(f"(?s)Sales Associate.*Coach interview.*5 questions, mid level.*{PROMPT}")
        child.send("mock 7 junior\r")
        child.expect(f"(?s)Sales Associate.*Mock interview.*7 questions, junior level.*{PROMPT}")
        child.send("retail associate senior\r")
        child.expect(f"(?s)Retail Associate.*Mock interview.*5 questions, senior level.*{PROMPT}")
        child.send("another\r")
        child.expect(f"(?s)Which job.*{PROMPT}")
        child.send("coach 4\r")
        child.expect(f"(?s)Which job.*{PROMPT}")
        child.send("sales associate junior\r")
        child.expect(f"(?s)Coach interview.*4 questions, junior level.*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    assert home.rows("SELECT count(*) FROM interview") == [(0,)]


@pytest.mark.unmeasured
def test_a_number_opens_what_was_listed_last_and_nothing_older(home: Home) -> None:
    home.run(*SALES, "--questions", "1", given=f"{ANSWERS[0]}\n/stop\n")
    home.run(*SALES, "--questions", "1", given=f"{ANSWERS[4]}\n/stop\n")
    with typing(home, "chat", QUIET_GAP_SECONDS="0") as child:
        child.expect(f"(?s)Which job.*{PROMPT}")
        child.send("/report\r")
        child.expect(f"(?s)1  Try question 1 again.*5  History.*{PROMPT}")
        child.send("history\r")
        child.expect(f"(?s)  2  2.*Sales Associate.*  1  2.*Sales Associate.*{PROMPT}")
        child.send("1\r")
        child.expect(f"(?s)report.*sold office furniture.*1  Transcript.*2  History.*{PROMPT}")
        child.send("5\r")
        child.expect(f"(?s)There is no 5 to choose here.*{PROMPT}")
        child.send("trans\r")
        child.expect(f"(?s)Interviewer: .*sold office furniture.*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    assert home.rows("SELECT count(*) FROM turn") == [(2,)]


@pytest.mark.unmeasured
def test_an_answer_typed_at_the_choice_to_go_on_goes_on_and_is_kept(home: Home) -> None:
    home.run(*SALES, given=f"{WEAK[0]}\n")
    with typing(home, *SALES, QUIET_GAP_SECONDS="0") as child:
        child.expect(f"(?s)1  Go on.*3  Drop it.*{PROMPT}")
        child.send("4\r")
        child.expect(f"(?s)There is no 4 to choose here.*{PROMPT}")
        child.send(f"{ANSWERS[1]}\r")
        child.expect("Going on with question 1 of 5")
        child.expect(f"(?s)(Follow-up 2 of 3|Question 2 of 5).*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    assert home.said("answer") == [WEAK[0], ANSWERS[1]]


def below(child: pexpect.spawn[str], words: str) -> None:
    """Wait until these words are shown, and answer where the cursor is: before that nothing is shown below it."""
    while child.expect([words, r"\x1b\[6n"]):
        child.send("\x1b[1;1R")


def test_the_line_below_says_what_enter_does_and_that_a_model_thinks(home: Home) -> None:
    slow = Loopback("--first-token-seconds", "3")
    settings = {"INTERVIEWER": "model", "QUIET_GAP_SECONDS": "0", "PROMPT_TOOLKIT_NO_CPR": ""}
    with slow as ollama, typing(home, "chat", OLLAMA_BASE_URL=ollama.url, **settings) as child:
        below(child, "Enter takes “Backend Engineer”")
        child.send("\r")
        below(child, "Enter takes “Start” · or type what you choose")
        child.send("\r")
        below(child, "/hint /repeat /skip /pause /stop")
        child.send(f"{ANSWERS[0]}\r")
        below(child, "thinking …")
        below(child, "Follow-up 1 of 3|Question 2 of 5")
        below(child, "/hint /repeat /skip /pause /stop")
        child.send("/drop\r")
        below(child, "Enter sends · /interview /history /help")
        child.sendcontrol("d")
        assert ended(child)[0] == 0


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


def test_control_c_keeps_even_an_answer_that_is_waited_on_and_the_next_start_goes_on(home: Home) -> None:
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
        child.expect(f"(?s)Follow-up 1 of 3.*{PROMPT}")
        child.kill(signal.SIGTERM)
        status, said = ended(child)
        assert (status, STOPPED in said, "Go on" in said) == (0, True, False)
    with typing(home, *SALES, QUIET_GAP_SECONDS="0") as child:
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
        child.expect(f"(?s)(?:Follow-up 2 of 3|Question 2 of 5).*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    assert home.said("answer") == list(WEAK)


@pytest.mark.unmeasured
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
        child.expect(f"(?s)2 interviews.*  2  2.*  1  2.*{PROMPT}")
        child.send("3\r")
        child.expect(f"(?s)There is no 3 to choose here. Please type your choice first.*“Go on”.*{PROMPT}")
        child.send("drop it\r")
        child.expect(f"(?s)ended without a report.*Question 1 of 5.*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    assert home.rows("SELECT phase FROM interview ORDER BY id") == [("finished",), ("dropped",), ("asking",)]


@pytest.mark.unmeasured
def test_a_number_that_no_list_has_is_an_answer_to_an_open_question(home: Home) -> None:
    with typing(home, *SALES, QUIET_GAP_SECONDS="0") as child:
        child.expect(PROMPT)
        child.send("/roles\r")
        child.expect(f"(?s)Jobs I can interview for.*  4  Sales Associate.*{PROMPT}")
        child.send("sales\r")
        child.expect(f"(?s)(To begin with|I do not see yet|Follow-up 1 of 3).*{PROMPT}")
        child.send("1\r")
        child.expect(f"(?s)(To begin with|I do not see yet|Follow-up|Question 2).*{PROMPT}")
        child.sendcontrol("d")
        assert ended(child)[0] == 0
    assert home.rows("SELECT text FROM utterance WHERE text IN ('1', 'sales') ORDER BY text") == [("1",), ("sales",)]


@pytest.mark.unmeasured
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
        child.expect("Please type your choice first, by its number or name, or press Enter for “Show the report”")
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


@pytest.mark.unmeasured
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
    while child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1):
        child.sendcontrol("d")  # the one before came while something was printed
    child.close()
    written = (home.path / "out").read_text()
    assert "Question 1 of 5" in written
    assert "Follow-up 1 of 3" in written
    assert "\x1b" not in written
