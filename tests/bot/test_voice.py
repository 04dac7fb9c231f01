from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import voice
from tests.bot.conftest import Command
from tests.process.home import ROOT

SPEECH = ROOT / "tests" / "fixtures" / "speech"
MODEL, SPEAKER = SPEECH / "whisper", SPEECH / "piper" / "tinyvoice.onnx"


def _details(command: Command) -> dict[str, tuple[str, str]]:
    found = json.loads(command("doctor", "--json").out)
    return {
        finding["part"]: (finding["state"], f"{finding['detail']} {finding['advice']}".strip()) for finding in found
    }


@pytest.fixture
def installed() -> None:
    for library in voice.LIBRARIES:
        pytest.importorskip(library, reason="the extra `voice` is not installed")


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "LIBRARIES", ("no_such_library",))


@pytest.mark.usefixtures("missing")
def test_doctor_says_how_voice_is_had(interview_bot: Command) -> None:
    assert _details(interview_bot)["voice"] == ("off", "its libraries are not installed; `make voice` installs them")


@pytest.mark.usefixtures("installed")
def test_doctor_says_which_models_are_missing(interview_bot: Command) -> None:
    found = _details(interview_bot)
    assert found["listening"] == ("off", "Whisper base is not there: `interview-bot setup` fetches it")
    assert found["speaking"] == (
        "off",
        "the voice en_US-lessac-medium is not there: `interview-bot setup` fetches it",
    )


@pytest.mark.usefixtures("installed")
def test_doctor_times_a_transcription_and_a_sentence(interview_bot: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHISPER_MODEL", str(MODEL))
    monkeypatch.setenv("PIPER_VOICE", str(SPEAKER))
    found = _details(interview_bot)
    state, detail = found["listening"]
    assert state == "ok", detail
    assert "2.3 s of speech in " in detail
    assert "heard as “I built a payment service in Python”" in detail
    state, detail = found["speaking"]
    assert state == "ok", detail
    assert "tinyvoice: a sentence of " in detail


@pytest.mark.usefixtures("installed")
def test_doctor_names_models_that_cannot_be_used(
    interview_bot: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.json", "v.onnx", "v.onnx.json"):
        (tmp_path / name).write_text("{}")
    monkeypatch.setenv("WHISPER_MODEL", str(tmp_path))
    monkeypatch.setenv("PIPER_VOICE", str(tmp_path / "v.onnx"))
    found = _details(interview_bot)
    assert [found[part][0] for part in ("listening", "speaking")] == ["broken", "broken"]
    assert "cannot be loaded" in found["listening"][1]
    assert "cannot be loaded" in found["speaking"][1]


def test_doctor_leaves_alone_what_is_switched_off(interview_bot: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICE", "off")
    assert _details(interview_bot)["voice"] == ("off", "VOICE is off, so everything is written")


@pytest.mark.usefixtures("missing")
def test_doctor_says_that_another_process_listens_and_speaks(
    interview_bot: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE", "elsewhere")
    assert _details(interview_bot)["voice"] == ("ok", "VOICE is elsewhere, so another process listens and speaks")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--voice-in"], 2, "--voice-in is followed by sound files"),
        (["one.ogg"], 2, "--voice-in is followed by sound files"),
        (["--voice-in", "none.ogg"], 2, "There is no such file: none.ogg."),
        (["--voice-in", "here.ogg"], 1, "The libraries for voice are not installed"),
        (["--voice-out", "replies"], 1, "The libraries for voice are not installed"),
    ],
)
@pytest.mark.usefixtures("missing")
def test_what_of_voice_is_missing_is_told_before_an_interview_begins(
    interview_bot: Command, place: Path, arguments: list[str], status: int, said: str
) -> None:
    (place / "here.ogg").write_bytes(b"x")
    ended = interview_bot("chat", *arguments)
    assert (ended.status, ended.out) == (status, "")
    assert said in ended.err
    assert not (place / "data").exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"VOICE": "off"}, "VOICE is off: set VOICE=auto to use it."),
        ({"PIPER_VOICE": str(SPEAKER)}, "the model that listens, base, is not there"),
        ({"WHISPER_MODEL": str(MODEL)}, "the voice en_US-lessac-medium is not there"),
    ],
)
@pytest.mark.usefixtures("installed")
def test_what_is_not_there_is_named(
    interview_bot: Command, place: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], said: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    (place / "here.ogg").write_bytes(b"x")
    ended = interview_bot("chat", "--voice-in", "here.ogg", "--voice-out", "replies")
    assert (ended.status, ended.out) == (1, "")
    assert said in ended.err
