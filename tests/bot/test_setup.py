from __future__ import annotations

import pytest

from bot import voice
from tests.bot.conftest import Command


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        (
            "WHISPER_MODEL",
            "gigantic",
            "Whisper gigantic could not be fetched from huggingface.co (Invalid model size 'gigantic'",
        ),
        (
            "WHISPER_MODEL",
            "./mine",
            "Whisper ./mine is not there: give the name of a model or the path of a whole one.",
        ),
    ],
)
def test_a_name_that_is_none(
    interview_bot: Command, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, said: str
) -> None:
    pytest.importorskip("faster_whisper", reason="the extra `voice` is not installed")
    monkeypatch.setenv(setting, value)
    ended = interview_bot("setup")
    assert ended.status == 1
    assert said in ended.err


def test_without_the_libraries_it_says_how_to_get_them(interview_bot: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "LIBRARIES", ("no_such_library",))
    ended = interview_bot("setup")
    assert (ended.status, ended.err.strip()) == (1, voice.NOT_INSTALLED)
