"""A whole interview of the real program with a model, over the loopback Ollama, and without one that was hoped for."""

from __future__ import annotations

import json

import pytest

from tests.process.home import ANSWERS, Home, Message, kinds
from tests.process.loopback import Loopback
from tests.process.talking import Talking

ONE = ("chat", "--json", "--role", "sales_associate", "--questions", "1")
TOLD = (ANSWERS[0], ANSWERS[1], ANSWERS[4])
"""What brings an interview of one question to its end."""
CHAT = ("--role", "sales_associate", "--questions", "2")
MODEL = "llama3.1:8b"
STANDS_IN = "The language model does not answer at the moment"
FAST = {"ANSWER_DEADLINE_SECONDS": "1", "ASSESSMENT_DEADLINE_SECONDS": "2"}


@pytest.fixture(scope="module")
def nowhere() -> str:
    """The address of a server that has gone."""
    with Loopback() as ollama:
        ollama.kill()
    return ollama.url


def _reports(messages: list[Message]) -> list[Message]:
    return [message for message in messages if message["kind"] == "report"]


def _texts(messages: list[Message]) -> str:
    return "\n".join(message["text"] for message in messages)


def test_a_whole_interview_and_what_may_follow_it(home: Home) -> None:
    afterwards = [
        "/stronger 1",
        "/disagree 1",
        "You missed the figure of 9,000 pounds that I gave.",
        "/retry 2",
        *ANSWERS,
    ]
    with Loopback() as ollama:
        settings = {"INTERVIEWER": "auto", "OLLAMA_BASE_URL": ollama.url}
        given = "".join(f"{line}\n" for line in [*ANSWERS, "well", *afterwards])
        ended = home.run("chat", "--json", *CHAT, given=given, settings=settings)
    assert ended.status == 0, ended.err
    heard = kinds(ended.messages)
    assert STANDS_IN not in _texts(ended.messages)
    first = _reports(ended.messages)[0]["report"]
    assert first["assessors"] == [MODEL]
    assert first["assessed"] == 2
    assert "stronger" in heard
    assert "feedback" in heard
    assert {row[0] for row in home.rows("SELECT DISTINCT model FROM assessment")} == {MODEL}
    assert home.rows("SELECT DISTINCT stand_in FROM turn") == [(0,)]
    assert home.rows("SELECT count(*) FROM turn WHERE attempt = 2") == [(1,)]
    assert home.rows("SELECT phase FROM interview") == [("finished",)]
    assert home.said("objection") == [afterwards[2]]


def test_a_model_that_goes_away_is_said_in_one_line_and_the_report_comes(home: Home) -> None:
    with Loopback() as ollama:
        settings = {"INTERVIEWER": "auto", "OLLAMA_BASE_URL": ollama.url}
        with Talking(home, *CHAT, **settings) as talking:
            heard = talking.say(*ANSWERS[:2])
            ollama.kill()
            heard += talking.say(*ANSWERS[2:4])
            talking.write(*ANSWERS[4:], *ANSWERS)
            heard += talking.finish()
    assert _texts(heard).count(STANDS_IN) == 1
    (report,) = _reports(heard)
    assert report["report"]["assessed"] == 2
    assert "rules" in report["report"]["assessors"]
    assert home.rows("SELECT phase FROM interview") == [("finished",)]


SO_TOO = ("silent", "dropped", "prose")
"""The client of Ollama is tried with these, too; the full run tries the whole process with them."""


@pytest.mark.parametrize(
    "reply", ["hanging", "failing", *(pytest.param(reply, marks=pytest.mark.full) for reply in SO_TOO)]
)
def test_however_a_model_fails_the_interview_goes_on_to_its_report(home: Home, reply: str) -> None:
    with Loopback("--reply", reply) as ollama:
        settings = {"INTERVIEWER": "model", "OLLAMA_BASE_URL": ollama.url} | FAST
        given = "".join(f"{line}\n" for line in ANSWERS)
        ended = home.run("chat", "--json", *CHAT, given=given, settings=settings)
    assert ended.status == 0, ended.err
    assert _texts(ended.messages).count(STANDS_IN) == 1
    (report,) = _reports(ended.messages)
    assert report["report"]["assessors"] == ["rules"]


def test_where_no_model_is_there_nothing_is_loaded_and_nobody_is_told(home: Home, nowhere: str) -> None:
    look = (
        "import sys; from bot.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sorted({'ollama', 'httpx', 'aiohttp'} & set(sys.modules)), 'end', file=sys.stderr)"
    )
    settings = {"INTERVIEWER": "auto", "OLLAMA_BASE_URL": nowhere}
    given = "".join(f"{line}\n" for line in ANSWERS)
    ended = home.run("chat", "--json", *CHAT, given=given, program=("-c", look), settings=settings)
    assert ended.err == "end\n"
    assert "language model does not" not in _texts(ended.messages)
    (report,) = _reports(ended.messages)
    assert report["report"]["assessors"] == ["rules"]


def test_rules_load_nothing_of_a_model(home: Home) -> None:
    look = (
        "import sys; from bot.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "dear = {'ollama', 'httpx', 'aiohttp', 'stamina', 'adapters.ollama'}\n"
        "print(*sorted(dear & set(sys.modules)), 'end', file=sys.stderr)"
    )
    ended = home.run("chat", *CHAT, given=f"{ANSWERS[0]}\n", program=("-c", look))
    assert ended.err.endswith("\nend\n")


def test_an_answer_is_assessed_by_the_model_where_there_is_one(home: Home, nowhere: str) -> None:
    row = json.dumps({"role": "sales_associate", "question": "targets", "answer": ANSWERS[4]})
    with Loopback() as ollama:
        settings = {"INTERVIEWER": "auto", "OLLAMA_BASE_URL": ollama.url}
        ended = home.run("assess", given=row, settings=settings)
    assert json.loads(ended.out)["assessor"] == MODEL
    without = home.run("assess", given=row, settings={"INTERVIEWER": "model", "OLLAMA_BASE_URL": nowhere})
    assert json.loads(without.out)["assessor"] == "rules"


@pytest.mark.parametrize(("line", "rating"), [("4", 4), ("well", 4), ("Not so well", 2), ("Show the report", 0)])
def test_a_rating_may_be_piped_and_the_report_follows(home: Home, line: str, rating: int) -> None:
    ended = home.run(*ONE, given="".join(f"{one}\n" for one in (*TOLD, line)))
    assert kinds(ended.messages)[-2:] == ["menu", "report"]
    assert home.rows("SELECT self_rating FROM interview") == [(rating,)]


def test_what_is_no_rating_is_left_unused_after_the_report(home: Home) -> None:
    given = "".join(f"{one}\n" for one in (*TOLD, "I think I forgot to mention the sofas.", "4"))
    ended = home.run(*ONE, given=given)
    assert kinds(ended.messages)[-2:] == ["menu", "report"]
    assert "2 lines left unused" in ended.err
    assert home.rows("SELECT self_rating FROM interview") == [(0,)]
