# ruff: noqa: ASYNC240 - nothing else runs meanwhile
"""Files in which the sound of voice notes is kept."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters import recordings as module
from adapters.recordings import FolderRecordings
from core.ports import RecordingError
from core.speech import LARGEST_NOTE_BYTES, Excerpt, Span
from tests.contracts.test_recordings import ONE

PIECE = Excerpt(7, "n1", Span(0.2, 1.0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "recordings"


@pytest.fixture
async def recordings(folder: Path) -> AsyncIterator[FolderRecordings]:
    kept = FolderRecordings(folder)
    yield kept
    await kept.close()


def files(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*"))


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_nobody_but_the_owner_may_read_them_and_their_names_tell_nothing(
    recordings: FolderRecordings, folder: Path
) -> None:
    before = os.umask(0)
    try:
        await recordings.keep(7, "voice:4711", ONE)
    finally:
        os.umask(before)
    kept = next((folder / "7").iterdir())
    assert [rights(path) for path in (folder, folder / "7", kept)] == [0o700, 0o700, 0o600]
    assert len(kept.stem) == 32
    assert "4711" not in kept.name
    assert kept.suffix == ".sound"
    assert kept.read_bytes() == ONE


async def test_nothing_is_left_of_what_was_forgotten(recordings: FolderRecordings, folder: Path) -> None:
    await recordings.keep(7, "n1", ONE)
    (folder / "7" / "left by a crash.part").write_bytes(ONE)
    await recordings.keep(8, "n1", ONE)
    await recordings.forget([7])
    assert [file.split("/")[0] for file in files(folder)] == ["8", "8"]


async def test_what_a_crash_has_left_is_in_nobodys_way(recordings: FolderRecordings, folder: Path) -> None:
    await recordings.keep(7, "n1", b"first")
    [kept] = (folder / "7").iterdir()
    beside = kept.with_suffix(".part")
    beside.write_bytes(b"half")
    await recordings.keep(7, "n1", b"second")
    assert kept.read_bytes() == b"second"
    assert not beside.exists()


async def test_a_file_that_cannot_be_completed_leaves_the_one_before(
    recordings: FolderRecordings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await recordings.keep(7, "n1", b"first")

    def full(*_: object) -> None:
        raise OSError(28, "/secret/place")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RecordingError, match="No space left") as caught:
        await recordings.keep(7, "n1", b"second")
    assert "secret" not in str(caught.value)
    assert b"first" in [file.read_bytes() for file in (folder / "7").iterdir()]


async def test_what_is_too_large_is_not_kept(recordings: FolderRecordings, folder: Path) -> None:
    with pytest.raises(RecordingError, match="larger"):
        await recordings.keep(7, "n1", bytes(LARGEST_NOTE_BYTES + 1))
    assert not folder.exists()


async def test_a_folder_that_cannot_be_used_is_told_in_one_sentence(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("a file")
    recordings = FolderRecordings(folder)
    for doing in (recordings.keep(7, "n1", ONE), recordings.excerpt(PIECE), recordings.forget([7, 8])):
        with pytest.raises(RecordingError, match="check the disk") as caught:
            await doing
        assert str(folder) not in str(caught.value)
    await recordings.close()


async def test_one_that_cannot_be_deleted_keeps_no_other(
    recordings: FolderRecordings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for interview in (7, 8, 9):
        await recordings.keep(interview, "n1", ONE)
    really = shutil.rmtree

    def stubborn(path: Path) -> None:
        if path.name == "8":
            raise PermissionError(13, "no")
        really(path)

    monkeypatch.setattr(shutil, "rmtree", stubborn)
    with pytest.raises(RecordingError, match="Permission denied"):
        await recordings.forget([8, 7, 9])
    assert [path.name for path in folder.iterdir()] == ["8"]


async def test_what_was_being_kept_is_deleted_too_and_what_waited_is_not_kept(
    recordings: FolderRecordings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, door, really = threading.Event(), threading.Event(), module._write

    def slow(file: Path, sound: bytes) -> None:
        begun.set()
        door.wait(10)
        really(file, sound)

    monkeypatch.setattr(module, "_write", slow)
    keeping = [asyncio.create_task(recordings.keep(7, note, ONE)) for note in ("n1", "n2")]
    await asyncio.to_thread(begun.wait, 10)
    for task in keeping:
        task.cancel()
    forgetting = asyncio.create_task(recordings.forget([7]))
    await asyncio.sleep(0)
    door.set()
    await forgetting
    assert files(folder) == []


async def test_a_piece_that_lies_beyond_the_sound_is_nothing(recordings: FolderRecordings) -> None:
    pytest.importorskip("av", reason="the extra “voice” is not installed")
    await recordings.keep(7, "n1", ONE)
    for span in (Span(500.0, 501.0), Span(1.0, 1.0), Span(1.0, 0.5), Span(-5.0, 0.0)):
        assert await recordings.excerpt(Excerpt(7, "n1", span)) is None
    assert await recordings.excerpt(Excerpt(7, "n1", Span(-5.0, 501.0))) is not None


@pytest.mark.parametrize("sound", [b"", b"no sound at all", ONE[:40]])
async def test_what_is_no_sound_is_told_in_one_sentence(recordings: FolderRecordings, sound: bytes) -> None:
    pytest.importorskip("av", reason="the extra “voice” is not installed")
    await recordings.keep(7, "n1", sound)
    with pytest.raises(RecordingError, match="cannot be played"):
        await recordings.excerpt(PIECE)


async def test_longer_notes_are_played_where_the_owner_takes_them(folder: Path) -> None:
    pytest.importorskip("av", reason="the extra “voice” is not installed")
    for longest_s, is_played in ((0.5, False), (60.0, True)):
        recordings = FolderRecordings(folder, longest_s=longest_s)
        await recordings.keep(7, "n1", ONE)
        if is_played:
            assert await recordings.excerpt(PIECE)
        else:
            with pytest.raises(RecordingError):
                await recordings.excerpt(PIECE)
        await recordings.close()


async def test_without_the_extra_nothing_is_played_and_all_else_works(
    recordings: FolderRecordings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "adapters.audio", None)
    monkeypatch.delattr("adapters.audio", raising=False)
    await recordings.keep(7, "n1", ONE)
    assert await recordings.excerpt(Excerpt(7, "other", PIECE.span)) is None
    with pytest.raises(RecordingError, match="“voice”"):
        await recordings.excerpt(PIECE)
    await recordings.forget([7])
    assert files(folder) == []
