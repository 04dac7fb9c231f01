"""What everybody promises who keeps recordings, run over the double and the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.recordings import FolderRecordings
from core.ports import Recordings
from core.speech import Excerpt, Span, Speech
from tests.contracts.fake_speech import FakeRecordings

CLIPS = Path(__file__).parents[1] / "fixtures" / "speech" / "clips"
ONE, OTHER = (file.read_bytes() for file in sorted(CLIPS.glob("*.ogg"))[:2])


@pytest.fixture(params=["fake", "files"])
async def recordings(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Recordings]:
    if request.param == "fake":
        yield FakeRecordings()
        return
    pytest.importorskip("av", reason="the extra “voice” is not installed")
    kept = FolderRecordings(tmp_path / "recordings")
    yield kept
    await kept.close()


async def played(recordings: Recordings, interview: int, note: str, start: float = 0.2, end: float = 1.0) -> Speech:
    speech = await recordings.excerpt(Excerpt(interview, note, Span(start, end)))
    assert speech is not None
    return speech


async def is_kept(recordings: Recordings, interview: int, note: str) -> bool:
    return await recordings.excerpt(Excerpt(interview, note, Span(0.2, 1.0))) is not None


async def test_a_piece_of_what_was_kept_is_played(recordings: Recordings) -> None:
    await recordings.keep(7, "voice:1", ONE)
    speech = await played(recordings, 7, "voice:1", 0.25, 1.0)
    assert speech.sound
    assert speech.seconds == pytest.approx(0.75, abs=0.01)
    assert 0 < len(speech.waveform) <= 256


async def test_what_was_never_kept_is_not_there(recordings: Recordings) -> None:
    await recordings.keep(7, "voice:1", ONE)
    assert not await is_kept(recordings, 7, "voice:2")
    assert not await is_kept(recordings, 8, "voice:1")
    assert not await is_kept(recordings, 7, "")


async def test_the_same_note_again_takes_the_place_of_the_first(recordings: Recordings) -> None:
    await recordings.keep(7, "1", ONE)
    first = await played(recordings, 7, "1")
    await recordings.keep(7, "1", OTHER)
    assert (await played(recordings, 7, "1")).sound != first.sound
    await recordings.keep(7, "1", ONE)
    assert (await played(recordings, 7, "1")).sound == first.sound


async def test_what_is_forgotten_is_gone_and_the_rest_is_not(recordings: Recordings) -> None:
    for interview in (7, 8, 77):
        await recordings.keep(interview, "1", ONE)
    await recordings.keep(7, "2", OTHER)
    await recordings.forget([7, 8])
    kept = [await is_kept(recordings, interview, "1") for interview in (7, 8, 77)]
    assert kept == [False, False, True]
    assert not await is_kept(recordings, 7, "2")
    await recordings.forget([])
    await recordings.forget([7, 1000])
    assert await is_kept(recordings, 77, "1")
    await recordings.keep(7, "1", ONE)
    assert await is_kept(recordings, 7, "1")


async def test_what_is_dropped_is_gone_and_the_other_notes_are_not(recordings: Recordings) -> None:
    for interview, note in ((7, "1"), (7, "2"), (8, "1")):
        await recordings.keep(interview, note, ONE)
    await recordings.drop(7, "1")
    await recordings.drop(7, "1")
    await recordings.drop(9, "1")
    assert [await is_kept(recordings, *one) for one in ((7, "1"), (7, "2"), (8, "1"))] == [False, True, True]
    await recordings.keep(7, "1", ONE)
    assert await is_kept(recordings, 7, "1")


@pytest.mark.parametrize("note", ["", ".", "../../8/x", "a/b", "\0", "\ud800", "ü" * 5000, "voice:1"])
async def test_a_note_may_have_any_id(recordings: Recordings, note: str) -> None:
    await recordings.keep(7, note, ONE)
    assert await is_kept(recordings, 7, note)
    await recordings.forget([7])
    assert not await is_kept(recordings, 7, note)
