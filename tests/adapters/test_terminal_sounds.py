from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.terminal.screen import JsonScreen, RichScreen
from adapters.terminal.sounds import SpeechFiles, sound_of
from core.messages import Block, BlockStyle, Outbound, OutboundKind
from core.model import Conversation
from core.ports import NoteGoneError, UnusableSoundError
from core.speech import LARGEST_NOTE_BYTES, SoundProblem, Speech, VoiceNote

HERE = Conversation("terminal", "terminal", "sam")
QUESTION = Outbound(OutboundKind.QUESTION, (Block(BlockStyle.TEXT, "How?"),))
SPEECH = Speech(b"a sound", 1.0, b"\x80")


async def test_a_note_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "one.ogg"
    file.write_bytes(b"a sound")
    assert await RichScreen().fetch(HERE, VoiceNote(str(file))) == b"a sound"


async def test_what_is_too_large_is_refused_and_what_is_gone_is_told(tmp_path: Path) -> None:
    file = tmp_path / "large.ogg"
    with file.open("wb") as written:
        written.truncate(LARGEST_NOTE_BYTES)
    assert len(await sound_of(VoiceNote(str(file)))) == LARGEST_NOTE_BYTES
    with file.open("ab") as written:
        written.write(b"x")
    with pytest.raises(UnusableSoundError) as refused:
        await sound_of(VoiceNote(str(file)))
    assert refused.value.problem is SoundProblem.TOO_LARGE
    for gone in (tmp_path / "none.ogg", tmp_path):
        with pytest.raises(NoteGoneError):
            await sound_of(VoiceNote(str(gone)))


async def test_replies_are_written_one_after_the_other_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new" / "replies"
    screen = RichScreen(SpeechFiles(folder))
    await screen.send(HERE, QUESTION, "1", SPEECH)
    await screen.send(HERE, QUESTION, "2")
    (folder / "x.ogg").write_bytes(b"")
    (folder / "041.ogg").write_bytes(b"")
    await screen.send(HERE, Outbound(OutboundKind.QUESTION, ()), "3", SPEECH)
    out = capsys.readouterr().out
    assert sorted(file.name for file in folder.iterdir()) == ["001.ogg", "041.ogg", "042.ogg", "x.ogg"]
    assert (folder / "042.ogg").read_bytes() == b"a sound"
    assert out.count("Spoken into") == 2
    assert out.count("How?") == 2


async def test_a_program_finds_the_file_in_the_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    screen = JsonScreen(SpeechFiles(tmp_path))
    await screen.send(HERE, QUESTION, "1", SPEECH)
    await screen.send(HERE, QUESTION, "2")
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["speech"] == str(tmp_path / "001.ogg")
    assert "speech" not in second


async def test_a_reply_that_cannot_be_written_is_still_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    screen = RichScreen(SpeechFiles(tmp_path / "file"))
    await screen.send(HERE, QUESTION, "1", SPEECH)
    assert "How?" in capsys.readouterr().out
    assert "could not be written" in caplog.text
