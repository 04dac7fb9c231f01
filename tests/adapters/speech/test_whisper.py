"""Whisper, by the small model on the clips."""

from __future__ import annotations

import builtins
import logging
import shutil
import socket
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from adapters.whisper import WhisperTranscriber, model_folder
from core.policy import CLEARLY_HEARD
from core.ports import TranscriberUnavailableError, UnusableSoundError
from core.speech import SoundProblem
from tests.adapters.speech.clips import CLIPS, MODEL, giving, needs_voice

pytestmark = needs_voice


async def test_every_clip_is_heard_word_by_word(whisper: WhisperTranscriber) -> None:
    heard = [await whisper.transcribe(giving(clip.sound), language="en", declared_s=clip.seconds) for clip in CLIPS]
    assert [transcription.text for transcription in heard] == [clip.text for clip in CLIPS]
    for transcription, clip in zip(heard, CLIPS, strict=True):
        assert transcription.seconds == pytest.approx(clip.seconds, abs=0.02)
        assert transcription.missing_s == 0.0
        assert transcription.confidence > CLEARLY_HEARD
        rate = len(transcription.words) / (transcription.spans[-1].end - transcription.spans[0].start) * 60
        assert 100 < rate < 300
        assert all(word.end - word.start <= 1.2 for word in transcription.words)


@pytest.mark.parametrize("language", ["", "xx", "EN"])
async def test_a_language_that_is_not_known_is_found_out(whisper: WhisperTranscriber, language: str) -> None:
    heard = await whisper.transcribe(giving(CLIPS[0].sound), language=language)
    assert (heard.text, heard.language) == (CLIPS[0].text, "en")


async def test_sentences_with_long_pauses_are_all_heard(whisper: WhisperTranscriber) -> None:
    from tests.adapters.speech.sounds import file, with_pauses  # noqa: PLC0415 - needs the libraries for voice

    clips = [CLIPS[0], CLIPS[3], CLIPS[13]]
    heard = await whisper.transcribe(giving(file(with_pauses(clips, 2.5))), language="en")
    assert heard.text == " ".join(clip.text for clip in clips)
    long = [after.start - before.end for before, after in pairwise(heard.spans) if after.start - before.end > 2]
    assert long == [pytest.approx(3.0, abs=0.4)] * 2  # the clips have some silence of their own
    third = next(word for word in heard.words if word.text == "Python" and word.start > 5)
    assert 10.3 < third.start < 12


async def test_what_is_hard_to_hear_is_doubted(whisper: WhisperTranscriber) -> None:
    from tests.adapters.speech.sounds import noisy  # noqa: PLC0415 - needs the libraries for voice

    clips = CLIPS[4:8]
    heard = [await whisper.transcribe(giving(noisy(clip, 0.12)), language="en") for clip in clips]
    assert [transcription.text for transcription in heard] != [clip.text for clip in clips]
    assert min(transcription.confidence for transcription in heard) < 0.5


async def test_noise_in_which_nobody_speaks_is_silence(whisper: WhisperTranscriber) -> None:
    from adapters.audio import encode  # noqa: PLC0415 - needs the libraries for voice
    from tests.adapters.speech.sounds import RATE, noise  # noqa: PLC0415 - the same

    with pytest.raises(UnusableSoundError) as caught:
        await whisper.transcribe(giving(encode(noise(3, 0.05), RATE)), language="en")
    assert caught.value.problem is SoundProblem.SILENT


async def test_sound_that_is_missing_is_told(whisper: WhisperTranscriber) -> None:
    heard = await whisper.transcribe(giving(CLIPS[0].sound), language="en", declared_s=9.0)
    assert heard.missing_s == pytest.approx(9.0 - CLIPS[0].seconds, abs=0.05)
    assert (await whisper.transcribe(giving(CLIPS[0].sound), declared_s=3.0)).missing_s == 0.0


async def test_a_sound_that_is_longer_than_allowed_is_refused() -> None:
    whisper = WhisperTranscriber(MODEL, longest_s=1.0)
    with pytest.raises(UnusableSoundError) as caught:
        await whisper.transcribe(giving(CLIPS[0].sound))
    assert (caught.value.problem, caught.value.longest_s) == (SoundProblem.TOO_LONG, 1.0)
    await whisper.close()


async def test_the_model_is_loaded_once_and_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    from faster_whisper import WhisperModel  # noqa: PLC0415 - not everybody has it

    loading = []
    load = WhisperModel.__init__

    def loads(*arguments: object, **named: object) -> None:
        loading.append((threading.current_thread(), named))
        load(*arguments, **named)

    monkeypatch.setattr(WhisperModel, "__init__", loads)
    whisper = WhisperTranscriber(MODEL, beam_size=1, threads=3, parallel=2, compute_type="float32")
    await whisper.prepare()
    await whisper.transcribe(giving(CLIPS[0].sound))
    await whisper.prepare()
    await whisper.close()
    [(thread, named)] = loading
    assert thread is not threading.main_thread()
    wanted = {"cpu_threads": 3, "num_workers": 2, "compute_type": "float32", "local_files_only": True}
    assert wanted.items() <= named.items()


@pytest.mark.parametrize("missing", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
async def test_what_is_missing_of_a_model_is_not_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    looked_up: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **_: looked_up.append(arguments))
    folder = tmp_path / "model"
    shutil.copytree(MODEL, folder)
    (folder / missing).rename(tmp_path / missing)
    whisper = WhisperTranscriber(folder, beam_size=1)
    with pytest.raises(TranscriberUnavailableError, match="no whole Whisper model"):
        await whisper.prepare()
    with pytest.raises(TranscriberUnavailableError):
        await whisper.transcribe(giving(CLIPS[0].sound))
    (tmp_path / missing).rename(folder / missing)
    assert (await whisper.transcribe(giving(CLIPS[0].sound))).text == CLIPS[0].text
    await whisper.close()
    assert looked_up == []


async def test_a_damaged_model_is_said_to_be_one(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(MODEL, folder)
    (folder / "model.bin").write_bytes(b"damaged" * 100)
    whisper = WhisperTranscriber(folder)
    with pytest.raises(TranscriberUnavailableError, match=r"cannot be loaded \(RuntimeError\)\.$"):
        await whisper.prepare()
    await whisper.close()


async def test_a_failure_of_the_library_says_nothing_of_the_candidate(
    whisper: WhisperTranscriber, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from faster_whisper import WhisperModel  # noqa: PLC0415 - not everybody has it

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("quokka")

    monkeypatch.setattr(WhisperModel, "transcribe", fail)
    with caplog.at_level(logging.DEBUG), pytest.raises(TranscriberUnavailableError) as caught:
        await whisper.transcribe(giving(CLIPS[0].sound))
    assert str(caught.value) == "Whisper failed on a voice note."
    assert "RuntimeError" in caplog.text
    assert "quokka" not in caplog.text


async def test_nothing_that_is_said_is_logged(whisper: WhisperTranscriber, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        heard = await whisper.transcribe(giving(CLIPS[0].sound))
    assert "Processing audio" in caplog.text
    assert not [word.text for word in heard.words if len(word.text) > 4 and word.text in caplog.text]


@pytest.mark.parametrize("name", ["~nosuchuser/x", "~nosuchuser", "m" * 300, "a\0b", "", ".", "base/../../.."])
def test_a_name_that_no_folder_can_have_is_no_model(tmp_path: Path, name: str) -> None:
    assert model_folder(name, tmp_path) is None


@pytest.mark.parametrize(("error", "told"), [(ImportError, "not installed completely"), (RuntimeError, "RuntimeError")])
async def test_a_library_that_is_not_whole_is_told(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception], told: str
) -> None:
    begin = builtins.__import__

    def fail(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "adapters.whisper.ear":
            raise error("pyaudioop")
        return begin(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", fail)
    whisper = WhisperTranscriber(MODEL)
    for asked in (whisper.prepare(), whisper.transcribe(giving(CLIPS[0].sound))):
        with pytest.raises(TranscriberUnavailableError, match=told) as caught:
            await asked
        assert "pyaudioop" not in str(caught.value)
    await whisper.close()


async def test_the_detector_is_ready_before_the_first_note(
    whisper: WhisperTranscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    from faster_whisper import vad  # noqa: PLC0415 - not everybody has it

    vad.get_vad_model.cache_clear()
    await whisper.prepare()
    assert vad.get_vad_model.cache_info().currsize == 1

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(vad.SileroVADModel, "__call__", fail)
    with pytest.raises(TranscriberUnavailableError, match="detector"):
        await whisper.prepare()


def test_a_model_is_named_by_its_folder_or_its_name(tmp_path: Path) -> None:
    assert model_folder(MODEL, tmp_path) == MODEL
    assert model_folder(str(MODEL), tmp_path) == MODEL
    assert model_folder("base", tmp_path) is None
    shutil.copytree(MODEL, tmp_path / "whisper" / "base")
    assert model_folder("base", tmp_path) == tmp_path / "whisper" / "base"
    (tmp_path / "whisper" / "base" / "tokenizer.json").unlink()
    assert model_folder("base", tmp_path) is None
