"""A file that names other files or addresses is refused, and nothing that it names is touched."""

from __future__ import annotations

import ctypes
import io
import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import av
import pytest

from adapters import audio
from core.ports import UnusableSoundError
from core.speech import SoundProblem
from tests.adapters.audio.boxes import elsewhere, movie, track
from tests.adapters.audio.sounds import RATE, made, voice

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who opens a file")
OPENED = 0x20  # IN_OPEN in <sys/inotify.h>

CONCAT = "ffconcat version 1.0\nfile {}\n"
PLAYLIST = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{}\n#EXT-X-ENDLIST\n"
MASTER = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1280000\n{}\n"
SESSION = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\na=control:{}\n"
SMOOTH = '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><BaseURL>{}</BaseURL></MPD>'
TEXTS = {"ffconcat": CONCAT, "m3u8": PLAYLIST, "m3u8 of m3u8": MASTER, "sdp": SESSION, "mpd": SMOOTH}
PATHS = ["secret.wav", "./secret.wav", "{folder}/secret.wav", "file:secret.wav", "file://{folder}/secret.wav"]


class Watch:
    """What is opened in a folder, by whomever."""

    def __init__(self, folder: Path) -> None:
        self._library = ctypes.CDLL(None, use_errno=True)
        self._events = self._library.inotify_init1(os.O_NONBLOCK)
        assert self._library.inotify_add_watch(self._events, os.fsencode(folder), OPENED) > 0

    def opened(self) -> list[str]:
        try:
            events = os.read(self._events, 65_536)
        except BlockingIOError:
            return []
        names = []
        while events:
            size = struct.unpack_from("iIII", events)[3]
            names.append(events[16 : 16 + size].rstrip(b"\0").decode())
            events = events[16 + size :]
        return names

    def close(self) -> None:
        os.close(self._events)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    secret = made(voice(), "wav", "pcm_s16le", rate=RATE)
    (tmp_path / "secret.wav").write_bytes(secret)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def watch(folder: Path) -> Iterator[Watch]:
    watch = Watch(folder)
    yield watch
    watch.close()


def refused(data: bytes) -> None:
    with pytest.raises(UnusableSoundError) as caught:
        audio.decode(data)
    assert caught.value.problem is SoundProblem.UNREADABLE


@LINUX
def test_the_trap_is_a_real_one(watch: Watch) -> None:
    with av.open(io.BytesIO(CONCAT.format("secret.wav").encode()), "r") as container:
        assert list(container.decode(audio=0))
    assert watch.opened()


@LINUX
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("path", PATHS)
def test_no_other_file_is_opened(text: str, path: str, folder: Path, watch: Watch) -> None:
    refused(TEXTS[text].format(path.format(folder=folder)).encode())
    assert watch.opened() == []


@LINUX
def test_a_list_behind_a_mark_of_sound_opens_nothing(watch: Watch) -> None:
    refused(b"ID3\3\0\0\0\0\0\0" + CONCAT.format("secret.wav").encode())
    refused(b"\xef\xbb\xbf" + CONCAT.format("secret.wav").encode())
    assert watch.opened() == []


@LINUX
def test_the_trap_of_a_track_that_lies_elsewhere_is_a_real_one(folder: Path, watch: Watch) -> None:
    data = movie(track(100, source=elsewhere(f"{folder}/secret.wav")))
    with av.open(io.BytesIO(data), "r", options={"enable_drefs": "1", "use_absolute_path": "1"}):
        assert "secret.wav" in watch.opened()


@LINUX
@pytest.mark.parametrize("path", PATHS)
def test_a_track_that_lies_elsewhere_is_not_looked_for(path: str, folder: Path, watch: Watch) -> None:
    data = movie(track(8_000, source=elsewhere(path.format(folder=folder))))
    with suppress(UnusableSoundError):
        audio.decode(data)
    assert watch.opened() == []


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


def called(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("scheme", ["http", "tcp", "rtmp", "rtsp", "ftp"])
def test_no_address_is_called(text: str, scheme: str, listener: socket.socket) -> None:
    refused(TEXTS[text].format(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/a.wav").encode())
    assert not called(listener)


def test_the_address_is_a_real_one(listener: socket.socket) -> None:
    """Calling is what this library does where nothing forbids it."""
    with pytest.raises((OSError, av.FFmpegError)):
        av.open(f"tcp://127.0.0.1:{listener.getsockname()[1]}", timeout=0.2)
    assert called(listener)
