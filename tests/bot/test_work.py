from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.database.working import JobWorker
from bot import voice
from bot.assembly import at_once, is_shared, queues_of
from bot.ending import EXIT_FAILED, EXIT_OK
from bot.serve import _serve_all
from bot.settings import Settings, VoiceChoice
from bot.voice import Voice, missing, missing_all, missing_parts, offer
from bot.work import _work_until
from core.requests import BadRequestError
from tests.bot.conftest import Command
from tests.contracts.fake_speech import FakeRecordings, FakeTranscriber


def test_queues_are_named_with_commas_in_any_order(place: Path) -> None:
    assert queues_of(Settings()) == ["deliver", "model", "speech", "background"]
    assert queues_of(Settings(), "speech, deliver") == ["deliver", "speech"]
    with pytest.raises(BadRequestError, match="no queue “speach”: choose some of deliver, model, speech, background"):
        queues_of(Settings(), "deliver,speach")


def test_what_is_spoken_elsewhere_is_left_to_whoever_is_told_to(place: Path) -> None:
    elsewhere = Settings(voice=VoiceChoice.ELSEWHERE)
    assert queues_of(elsewhere) == ["deliver", "model", "background"]
    assert queues_of(elsewhere, "speech") == ["speech"]
    nothing = Voice(FakeRecordings())
    told = offer(elsewhere, nothing, here=False)
    assert (told.listens, told.speaks) == (True, True)
    off = offer(Settings(voice=VoiceChoice.OFF), nothing, here=False)
    assert (off.listens, off.speaks) == (False, False)
    here = offer(Settings(), Voice(FakeRecordings(), FakeTranscriber()), here=True)
    assert (here.listens, here.speaks) == (True, False)


def test_more_is_taken_of_what_waits_for_a_model_than_it_is_asked_for(place: Path) -> None:
    settings = Settings(model_parallel_calls=7, whisper_parallel=3)
    assert at_once(settings, ["model", "speech"]) == {"consider": 12, "model": 12, "speech": 11}
    assert at_once(settings, ["deliver"]) == {"deliver": 50}


def test_sqlite_is_shared_by_nobody(place: Path) -> None:
    assert not is_shared(Settings())
    assert is_shared(Settings(database_url="psycopg://user@127.0.0.1/name"))


def test_an_unknown_queue_is_one_sentence(interview_bot: Command) -> None:
    ended = interview_bot("worker", "--queues", "speach")
    assert (ended.status, ended.err) == (
        2,
        "There is no queue “speach”: choose some of deliver, model, speech, background.\n",
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "Voice: The libraries for voice are not installed: `make voice` installs them and fetches the models.\n"),
        ({"VOICE": "elsewhere"}, "Voice: VOICE is elsewhere: set VOICE=auto to use it.\n"),
    ],
)
def test_who_is_to_listen_and_speak_and_can_do_neither_does_not_start(
    interview_bot: Command, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], said: str
) -> None:
    shared = {"DATABASE_URL": "psycopg://user@127.0.0.1/name", "TELEGRAM_TOKEN": "nonsense"}
    for name, value in (shared | settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(voice, "LIBRARIES", ("no_such_library",))
    for queues in ("speech", "deliver,speech"):
        ended = interview_bot("worker", "--queues", queues)
        assert (ended.status, ended.out, ended.err) == (1, "", said)


def test_what_is_missing_of_voice_is_named_where_not_all_of_it_is(
    place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(voice, "LIBRARIES", ())
    assert missing_all(Settings()).startswith("the model that listens, base, is not there: `interview-bot setup`")
    (tmp_path / "v.onnx").write_bytes(b"")
    (tmp_path / "v.onnx.json").write_bytes(b"")
    speaking = Settings(piper_voice=str(tmp_path / "v.onnx"))
    assert missing_all(speaking) == ""
    assert missing_parts(speaking) == [missing(speaking, listening=True, speaking=False)]


@pytest.mark.parametrize(
    ("queues", "jobs", "said"),
    [
        (["model"], object(), "Working on model.\n"),
        ([], object(), "Receiving only: a worker has to do the rest.\n"),
        ([], None, ""),  # SQLite, where a process does everything by itself
    ],
)
async def test_who_receives_says_whether_it_works_as_well(
    place: Path, capsys: pytest.CaptureFixture[str], queues: list[str], jobs: object, said: str
) -> None:
    async def nothing() -> None: ...

    assembly: Any = SimpleNamespace(
        store=SimpleNamespace(jobs=jobs),
        runner=SimpleNamespace(perform=None, deliver=None, resume_all=nothing),
        opened=[SimpleNamespace(name="Pigeons", run=nothing)],
        queues=queues,
    )
    stopped = asyncio.Event()
    stopped.set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JobWorker, "__init__", lambda *_: None)
        patch.setattr(JobWorker, "work", lambda *_: nothing())
        assert await _serve_all(Settings(), assembly, stopped) == EXIT_OK
    assert capsys.readouterr().err == f"Serving Pigeons. Ctrl-C stops.\n{said}"


@pytest.mark.parametrize("command", ["run", "worker"])
async def test_a_process_whose_work_ends_by_itself_ends_too(
    place: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, command: str
) -> None:
    async def fails(*_: object) -> None:
        raise ExceptionGroup("some", [ValueError("I sold chairs")])

    async def lasts() -> None:
        await asyncio.Event().wait()

    async def resumes() -> None: ...

    monkeypatch.setattr(JobWorker, "__init__", lambda *_: None)
    monkeypatch.setattr(JobWorker, "work", fails)
    assembly: Any = SimpleNamespace(
        store=SimpleNamespace(jobs=object()),
        runner=SimpleNamespace(perform=None, deliver=None, resume_all=resumes),
        opened=[SimpleNamespace(name="Pigeons", run=lasts)],
        queues=["model"],
    )
    async with asyncio.timeout(10):
        if command == "run":
            assert await _serve_all(Settings(), assembly, asyncio.Event()) == EXIT_FAILED
        else:
            assert await _work_until(asyncio.Event(), Settings(), assembly, []) == EXIT_FAILED
    assert "The work ended with ValueError, so nothing is done any more: start this program again." in caplog.text
    assert "chairs" not in caplog.text
