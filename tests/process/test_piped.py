"""An interview with lines piped in."""

from __future__ import annotations

from itertools import pairwise

import pytest

from adapters.terminal.pipe import MAX_LINE_BYTES
from tests.process.home import ANSWERS, Home, Message, kinds


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[list[Message]]]:
    """A user who has come to the end of an interview, and what was said after each line."""
    home = Home(tmp_path_factory.mktemp("whole"))
    return home, home.chat("--role", "sales_associate", "--questions", "3", lines=ANSWERS + ANSWERS[::-1])


def _reports(messages: list[Message]) -> list[Message]:
    return [message for message in messages if message["kind"] == "report"]


def _texts(parts: list[Message]) -> str:
    return "\n".join(message["text"] for message in parts)


def test_a_whole_interview_ends_with_a_report_whose_every_finding_quotes_an_answer(
    whole: tuple[Home, list[list[Message]]],
) -> None:
    _, parts = whole
    (message,) = _reports([message for part in parts for message in part])
    report = message["report"]
    findings = report["strengths"] + report["improvements"]
    assert findings
    for finding in findings:
        assert any(finding["quote"] in answer for answer in ANSWERS), finding
    assert report["assessed"] == 3
    assert 1 <= report["total"] <= 5


def test_a_mock_interview_is_silent_until_the_report(whole: tuple[Home, list[list[Message]]]) -> None:
    _, parts = whole
    heard = kinds([message for part in parts for message in part])
    before = heard[: heard.index("report")]
    assert {"question", "follow_up"} <= set(before)
    assert not {"feedback", "stronger"} & set(before)


def test_every_answer_is_answered_at_once(whole: tuple[Home, list[list[Message]]]) -> None:
    _, parts = whole
    last = next(place for place, part in enumerate(parts) if _reports(part))
    assert all(parts[1:last])


def test_nothing_is_asked_twice(whole: tuple[Home, list[list[Message]]]) -> None:
    home, _ = whole
    asked = [row[1] for row in home.transcript() if row[4] == "question"]
    probes = [(row[1], row[5]) for row in home.transcript() if row[4] == "follow_up"]
    assert len(asked) == len(set(asked)) == 3
    assert len(probes) == len(set(probes))


def test_the_history_is_there_when_they_come_back(whole: tuple[Home, list[list[Message]]]) -> None:
    home, _ = whole
    lines = ["/history", "/report", "/report 1", "/report 77"]
    start, *answers, _ = home.chat(lines=lines)
    assert kinds(start) == ["menu"]
    history, newest, first, missing = answers
    assert "1 interview" in history[0]["text"]
    assert "Sales Associate · mock" in history[0]["text"]
    assert newest[0]["report"] == first[0]["report"]
    assert "no such report" in missing[0]["text"]


def test_no_line_is_too_fast(home: Home) -> None:
    ended = home.run("chat", "--role", "sales_associate", "--json", given="/status\n" * 200)
    assert kinds(ended.messages[2:]).count("status") == 200


def test_two_names_have_separate_histories(whole: tuple[Home, list[list[Message]]]) -> None:
    home, _ = whole
    _, history, report, _ = home.chat("--name", "Ada", lines=["/history", "/report 1"])
    assert "no interviews yet" in history[0]["text"]
    assert "no such report" in report[0]["text"]


def test_twenty_lines_given_to_run_end_with_a_report(home: Home) -> None:
    given = "".join(f"{answer}\n" for answer in (ANSWERS * 3)[:20])
    ended = home.run("run", given=given, settings={"METRICS_PORT": "9100"})
    assert ended.status == 0
    assert "No chat platform has a token" in ended.err
    assert "METRICS_PORT has no effect in the terminal" in ended.err
    assert "Backend Engineer, mid level, 5 questions" in ended.out
    assert "Question 1 of 5 · Experience" in ended.out
    assert "\nYour report: " in ended.out
    assert "■" in ended.out
    assert "\x1b" not in ended.out


HARMLESS = {
    "blank": "",
    "blanks": "   \t ",
    "emoji": "🎉🎉 👍🏽",
    "control and bidirectional": "\x00\x07\x1b\u202e\u200b\u2066",
    "a slash": "/",
    "unknown command": "/foo",
}
WISHES = {
    "can you repeat that?": "question",
    "what do you mean?": "notice",
    "give me a hint": "notice",
    "Wait a moment please": "notice",
    "how many questions are left?": "status",
    "/hint": "notice",
    "/repeat": "question",
    "/status": "status",
    "/help": "help",
    "/history": "history",
    "/report": "notice",
    "/roles": "roles",
    "/interview": "menu",
    "/resume": "notice",
    "/next": "notice",
    "/retry": "notice",
    "/done": "notice",
    "/HELP": "help",
}


def test_what_is_no_answer_is_answered_and_not_kept(home: Home) -> None:
    lines: list[str | bytes] = [*HARMLESS.values(), *WISHES]
    _, *said, _ = home.chat("--role", "sales_associate", lines=lines)
    for (name, line), part in zip(HARMLESS.items(), said, strict=False):
        assert kinds(part) == ["notice"], (name, line)
    assert len({part[0]["text"] for part in said[:5]}) == 1
    for (line, kind), part in zip(WISHES.items(), said[len(HARMLESS) :], strict=True):
        assert part, line
        assert part[0]["kind"] == kind, line
    assert home.said("answer", "non_answer", "off_topic", "too_long") == []
    assert home.rows("SELECT count(*) FROM turn") == [(1,)]


def test_skip_and_not_knowing_are_never_answers(home: Home) -> None:
    lines = ["skip this one please", "I don't know", "I really have no idea", "/skip"]
    _, skipped, encouraged, moved, skipped_again, _ = home.chat("--role", "sales_associate", lines=lines)
    assert kinds(skipped) == ["question"]
    assert kinds(encouraged) == ["notice"]
    assert kinds(moved) == ["question"]
    assert kinds(skipped_again) == ["question"]
    assert home.said("answer") == []
    assert home.said("non_answer") == lines[1:3]
    outcomes = [row[0] for row in home.rows("SELECT outcome FROM turn ORDER BY position")]
    assert outcomes == ["skipped", "not_answered", "skipped", None]


def test_pause_keeps_the_interview_and_the_next_line_goes_on(home: Home) -> None:
    lines = ["pause", "/status", "resume", "/pause", ANSWERS[0]]
    _, paused, status, resumed, again, answered, _ = home.chat("--role", "sales_associate", lines=lines)
    assert kinds(paused) == kinds(again) == ["notice"]
    assert "paused" in status[0]["text"]
    assert kinds(resumed) == ["notice", "question"]
    assert kinds(answered)[:2] == ["notice", "question"]
    assert home.said("answer") == [ANSWERS[0]]


def test_broken_text_is_kept_readable_and_the_interview_goes_on(home: Home) -> None:
    lines: list[str | bytes] = [b"I sold \xff\xfe chairs to schools in Leeds.", "I sold \u202echairs\x07 and\ttables."]
    home.chat("--role", "sales_associate", lines=lines)
    assert home.said("answer") == ["I sold \ufffd\ufffd chairs to schools in Leeds.", "I sold chairs and tables."]


def test_an_answer_that_is_too_long_is_kept_and_not_assessed(home: Home) -> None:
    many, megabyte = "word " * 2001, "x" * 1_000_000
    lines = [many, megabyte, "a" * 5_000_000, ANSWERS[0], "/stop"]
    _, first, second, third, answer, report, _ = home.chat("--role", "sales_associate", lines=lines)
    for part in (first, second, third):
        assert kinds(part) == ["notice"]
        assert "short version" in part[0]["text"]
    assert "2,001 words" in first[0]["text"]
    assert "1,000,000 characters" in second[0]["text"]
    assert answer
    kept = home.said("too_long")
    assert kept[0] == many.strip()
    assert [len(text) for text in kept[1:]] == [1_000_000, 2_000_000]
    assert "It is kept" in second[0]["text"]
    assert "The first 2,000,000 characters are kept" in third[0]["text"]
    assert home.said("answer") == [ANSWERS[0]]
    assert _reports(report)


def test_what_was_not_even_read_of_a_line_is_told(home: Home) -> None:
    given = b"a" * (MAX_LINE_BYTES + 9) + b"\n"
    ended = home.run("chat", "--role", "sales_associate", given=given)
    assert ended.status == 0
    assert "Of 1 line only the first 8,000,000 bytes were read." in ended.err


def test_the_end_of_the_input_saves_and_the_next_start_goes_on_with_the_same_question(home: Home) -> None:
    first = home.run("chat", "--role", "sales_associate", "--json", given=ANSWERS[0])
    assert "saved where it stands" in first.err
    asked = [message for message in first.messages if message["kind"] in {"question", "follow_up"}][-1]
    start, went_on, _ = home.chat("--role", "sales_associate", lines=[ANSWERS[1]])
    assert kinds(start) == ["menu"]
    assert "open interview for Sales Associate, at question 1 of 5" in start[0]["text"]
    assert went_on[1]["text"] == asked["text"]
    assert home.said("answer") == list(ANSWERS[:2])
    assert home.rows("SELECT count(*) FROM interview") == [(1,)]


def test_asking_for_another_role_finishes_the_open_interview_and_begins_that_one(home: Home) -> None:
    home.chat("--role", "sales_associate", lines=[ANSWERS[0]])
    start, went_on, _ = home.chat("--role", "retail_associate", lines=[ANSWERS[1]])
    assert start[0]["default"]["command"] == "stop"
    assert _reports(went_on)
    assert "Retail Associate, mid level" in _texts(went_on)
    rows = home.rows("SELECT role_id, phase FROM interview ORDER BY id")
    assert rows[0] == ("sales_associate", "finished")
    assert rows[1][0] == "retail_associate"
    assert home.said("answer") == list(ANSWERS[:2])


def test_a_dropped_interview_is_over_and_lines_after_it_are_counted(home: Home) -> None:
    home.chat("--role", "sales_associate", lines=[ANSWERS[0]])
    ended = home.run("chat", "--json", given=f"/drop\n{ANSWERS[1]}\n{ANSWERS[2]}\n")
    assert ended.status == 0
    assert "2 lines left unused" in ended.err
    assert kinds(ended.messages) == ["menu", "notice"]
    assert home.said("answer") == [ANSWERS[0]]


def test_stopping_before_any_answer_drops_and_says_so(home: Home) -> None:
    ended = home.run("chat", "--role", "sales_associate", "--json", given="/stop\nhello\n")
    assert ended.messages[-1]["text"] == "Stopped. Nothing was answered yet, so there is nothing to report."
    assert "1 line left unused" in ended.err
    assert home.rows("SELECT phase FROM interview") == [("dropped",)]


def test_coach_mode_gives_feedback_a_stronger_version_and_another_try(home: Home) -> None:
    lines = ["I do not know", "No idea", "try again", ANSWERS[0], "/skip", "/report", "again", "/stop"]
    _, *parts, _ = home.chat("--role", "sales_associate", "--mode", "coach", "--questions", "2", lines=lines)
    _, feedback, again, _, better, report, third, stopped = parts
    assert kinds(feedback) == ["feedback"]
    assert [choice["command"] for choice in feedback[0]["choices"]] == ["retry", "next"]
    assert kinds(again) == kinds(third) == ["question"]
    assert again[0]["text"] == third[0]["text"]
    assert kinds(better) == ["feedback", "stronger"]
    scores = [block["text"] for block in better[0]["blocks"] if block["style"] == "score"]
    assert len(scores) == 3
    assert all("since your last try" in score or "as before" in score for score in scores)
    assert any("+" in score for score in scores)
    assert _reports(report)[0]["text"].startswith("Report so far")
    assert _reports(stopped)
    assert {row[2] for row in home.transcript()} == {1, 2, 3}
    assert home.said("answer") == [ANSWERS[0]]


def test_in_coach_mode_the_next_line_goes_to_the_next_question(home: Home) -> None:
    lines = ["/retry", "I do not know", "I have no idea", "next", "I do not know", "No idea", ANSWERS[0]]
    _, *parts, _ = home.chat("--role", "sales_associate", "--mode", "coach", "--questions", "3", lines=lines)
    retry, _, feedback, onward, _, again, answered = parts
    assert kinds(retry) == ["notice"]
    assert kinds(feedback) == kinds(again) == ["feedback"]
    assert kinds(onward) == ["question"]
    assert kinds(answered)[0] == "question"
    assert home.said("answer") == [ANSWERS[0]]


def test_the_roles_are_looked_at_between_feedback_and_the_next_answer(home: Home) -> None:
    lines = ["I do not know", "I have no idea", "/roles", ANSWERS[0]]
    *_, answered, _ = home.chat("--role", "sales_associate", "--mode", "coach", "--questions", "2", lines=lines)
    assert kinds(answered)[0] == "question"
    assert {row[2] for row in home.transcript()} == {1}
    assert home.said("answer") == [ANSWERS[0]]


def test_the_roles_are_looked_at_before_the_role_is_chosen(home: Home) -> None:
    ended = home.run("chat", "--json", given=f"/roles\n{ANSWERS[0]}\n{ANSWERS[1]}\n")
    assert "unused" not in ended.err
    assert kinds(ended.messages)[:4] == ["menu", "roles", "notice", "question"]
    assert home.said("answer") == list(ANSWERS[:2])


@pytest.mark.parametrize("choice", ["2", "retail_associate", " Retail associate "])
def test_the_first_line_can_choose_the_role(home: Home, choice: str) -> None:
    start, chosen, answered, _ = home.chat("--questions", "2", lines=[choice, ANSWERS[0]])
    assert start[0]["choices"][1]["label"] == "Retail Associate"
    assert "Retail Associate, mid level, 2 questions" in _texts(chosen)
    assert answered
    assert home.said("answer") == [ANSWERS[0]]


@pytest.mark.parametrize("line", ["5", "Coach", "Start", "Senior"])
@pytest.mark.parametrize("job", [["2"], []])
def test_no_line_after_a_job_was_chosen_is_taken_for_a_choice_of_the_card(
    home: Home, job: list[str], line: str
) -> None:
    start, *parts, _ = home.chat(lines=[*job, line])
    assert [choice["command"] for choice in start[0]["choices"]] == ["setup"] * 3
    assert "card" not in _texts(start)
    asked = [message for part in parts for message in part if message["text"].startswith("Question 1 of 5")]
    assert len(asked) == 1
    assert home.rows("SELECT mode, seniority FROM interview") == [("mock", "mid")]
    assert line in home.said()


def test_who_comes_back_without_a_choice_gets_the_same_again(whole: tuple[Home, list[list[Message]]]) -> None:
    home, _ = whole
    options = ("--name", "Kim", "--json")
    first = home.run(
        "chat", *options, "--role", "retail_associate", "--mode", "coach", "--questions", "2", given="/stop\n"
    )
    again = home.run("chat", *options, given=f"{ANSWERS[0]}\n")
    assert first.status == again.status == 0
    assert again.messages[0]["default"]["label"] == "Again: Retail Associate · coach · 2"
    assert "No job was chosen, so this is for Retail Associate." in again.err
    assert "Retail Associate, mid level, 2 questions" in _texts(again.messages)
    named = home.run("chat", *options, "--name", "Lee", "--role", "sales_associate", given=f"{ANSWERS[0]}\n")
    assert "No job was chosen" not in named.err


def test_the_card_is_shown_to_whoever_asks_for_it_in_a_pipe(home: Home) -> None:
    ended = home.run(
        "chat", "--json", given="/setup sales_associate 3\ncoach\n/drop\n/setup sales_associate 3\nI sold.\n"
    )
    assert ended.status == 0
    assert "No job was chosen" not in ended.err
    assert home.rows("SELECT mode, phase FROM interview ORDER BY id") == [("coach", "dropped"), ("mock", "asking")]


def test_accounts_transcripts_and_pages_are_there_in_a_pipe_too(whole: tuple[Home, list[list[Message]]]) -> None:
    home, _ = whole
    lines = ["/link", "/link 12345678", "/unlink", "/transcript 1", "/start", "/how"]
    _, code, wrong, unlink, transcript, start, how, _ = home.chat(lines=lines)
    assert "Your code: " in code[0]["text"]
    assert "not valid" in wrong[0]["text"]
    assert "joined with no other" in unlink[0]["text"]
    assert kinds(transcript) == ["transcript"]
    said = transcript[0]["document"]["text"] if transcript[0]["document"] else transcript[0]["text"]
    assert all(answer in said for answer in ANSWERS[:2])
    assert kinds(start) == ["menu"]
    assert kinds(how) == ["help"]


def test_an_open_interview_can_be_dropped_by_its_number_and_a_number_after_feedback_is_an_answer(home: Home) -> None:
    options = ("--role", "sales_associate", "--mode", "coach")
    home.chat(*options, lines=["No idea"])
    _, dropped, *_ = home.chat(*options, lines=["3", "I do not know", "I have no idea", "1"])
    assert kinds(dropped) == ["notice", "notice", "question"]
    assert home.rows("SELECT phase FROM interview ORDER BY id") == [("dropped",), ("asking",)]
    assert {row[2] for row in home.transcript(2)} == {1}
    assert home.rows("SELECT text FROM utterance WHERE text = '1'") == [("1",)]


def test_questions_come_in_another_interview_that_were_not_asked_before(home: Home) -> None:
    plans: list[set[str]] = []
    for _ in range(2):
        home.chat("--role", "sales_associate", "--questions", "4", lines=["/skip"] * 4)
        plans.append({row[1] for row in home.transcript(len(plans) + 1)})
    assert not plans[0] & plans[1]


def test_options_reach_the_interview(home: Home) -> None:
    ended = home.run(
        "chat", "--role", "Sales Associate", "--level", "senior", "--mode", "coach", "--questions", "10", "--json"
    )
    assert ended.messages[0]["blocks"][0]["text"] == "Sales Associate, senior level, 10 questions"
    assert home.rows("SELECT mode, seniority FROM interview") == [("coach", "senior")]


def test_what_is_asked_at_the_start_holds_for_the_role_chosen_later(home: Home) -> None:
    start, chosen, _ = home.chat("--questions", "2", "--mode", "coach", lines=["Hello there, I am ready to begin."])
    assert kinds(start) == ["menu"]
    assert "Backend Engineer, mid level, 2 questions" in _texts(chosen)
    assert home.rows("SELECT mode FROM interview") == [("coach",)]


def test_the_questions_of_one_sitting_stand_in_order(whole: tuple[Home, list[list[Message]]]) -> None:
    home, _ = whole
    places = [row[0] for row in home.rows("SELECT id FROM utterance ORDER BY turn_id, position")]
    assert all(one < other for one, other in pairwise(places))


def test_a_line_that_begins_like_a_path_is_an_answer_and_quit_leaves(home: Home) -> None:
    path = "/etc/hosts was wrong on one of four servers, and I found it by comparing them."
    home.run("chat", "--role", "backend_engineer", given=f"{path}\n/quit\n{ANSWERS[0]}\n")
    assert home.said("answer") == [path]


def test_coach_mode_goes_on_to_the_report_when_the_input_ends_at_the_last_feedback(home: Home) -> None:
    given = "I do not know\n" * 2
    ended = home.run("chat", "--role", "sales_associate", "--mode", "coach", "--questions", "1", "--json", given=given)
    assert ended.messages[-1]["kind"] == "report"
    assert ended.messages[-1]["text"].startswith("Your report: Sales Associate")
    assert home.rows("SELECT phase FROM interview") == [("finished",)]
