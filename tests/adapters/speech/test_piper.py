"""Piper, by the small voice."""

from __future__ import annotations

import builtins
import json
import logging
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.piper import PiperSynthesizer, voice_files
from core.ports import SynthesizerError
from core.speech import Speech
from tests.adapters.speech.clips import VOICE, needs_voice

pytestmark = needs_voice

QUESTION = "Tell me about a system that you built. What was hard?"


def a_voice(folder: Path, name: str, **changes: object) -> Path:
    """A copy of the small voice with other settings."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = json.loads(VOICE.with_name(f"{VOICE.name}.json").read_bytes()) | changes
    (folder / f"{name}.onnx.json").write_text(json.dumps(settings))
    return Path(shutil.copy(VOICE, folder / f"{name}.onnx"))


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


async def spoken(piper: PiperSynthesizer, text: str = QUESTION, language: str = "en") -> Speech:
    speech = await piper.synthesize(text, language=language)
    assert speech
    return speech


async def test_a_reply_read_back_is_as_long_and_as_loud_as_it_should_be(piper: PiperSynthesizer) -> None:
    import numpy as np  # noqa: PLC0415 - needs the libraries for voice

    from adapters.audio import decode  # noqa: PLC0415 - the same

    speech = await spoken(piper)
    sound = decode(speech.sound, rate=48_000)
    assert speech.sound.startswith(b"OggS")
    assert sound.seconds == pytest.approx(speech.seconds, abs=0.05)
    assert 20 * np.log10(np.sqrt(np.mean(sound.samples**2))) == pytest.approx(-20, abs=2)
    assert np.abs(sound.samples).max() < 1
    assert len(speech.waveform) == pytest.approx(speech.seconds * 10, abs=1)


async def test_there_is_a_pause_between_sentences(piper: PiperSynthesizer) -> None:
    first, second = [await spoken(piper, text) for text in ("What did you build?", "And why?")]
    both = await spoken(piper, "What did you build? And why?")
    assert both.seconds == pytest.approx(first.seconds + 0.35 + second.seconds, abs=0.03)


def padded(monkeypatch: pytest.MonkeyPatch, *, is_silent: bool = False) -> None:
    """From now on the voice is silent for half a second before and after each sentence, as some voices are."""
    import numpy as np  # noqa: PLC0415 - needs the libraries for voice
    from piper import AudioChunk, PiperVoice  # noqa: PLC0415 - the same

    synthesize = PiperVoice.synthesize

    def with_silence(self: PiperVoice, *given: Any, **more: Any) -> Iterator[AudioChunk]:
        for chunk in synthesize(self, *given, **more):
            silence = np.zeros(chunk.sample_rate // 2, dtype=np.float32)
            sound = chunk.audio_float_array * (0 if is_silent else 1)
            yield replace(chunk, audio_float_array=np.concatenate([silence, sound, silence]))

    monkeypatch.setattr(PiperVoice, "synthesize", with_silence)


async def test_what_a_voice_is_silent_around_a_sentence_is_no_part_of_the_speech(
    piper: PiperSynthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = await spoken(piper)
    padded(monkeypatch)
    assert (await spoken(piper)).seconds == pytest.approx(plain.seconds, abs=0.05)


async def test_a_voice_that_is_silent_says_nothing(piper: PiperSynthesizer, monkeypatch: pytest.MonkeyPatch) -> None:
    padded(monkeypatch, is_silent=True)
    assert await piper.synthesize(QUESTION) is None


async def test_speed_is_obeyed() -> None:
    slow, fast = PiperSynthesizer([VOICE], speed=0.8), PiperSynthesizer([VOICE], speed=1.6)
    slowly, quickly = await spoken(slow, "What did you build?"), await spoken(fast, "What did you build?")
    assert slowly.seconds / quickly.seconds == pytest.approx(2, rel=0.05)
    await slow.close()
    await fast.close()


@pytest.mark.parametrize("text", ["😀", "[[h@l'oU]]", "https://x.org", "```\ncode\n```"])
async def test_what_cannot_be_spoken_is_not(piper: PiperSynthesizer, text: str) -> None:
    assert await piper.synthesize(text) is None


async def test_nobody_has_to_listen_for_long(piper: PiperSynthesizer) -> None:
    digits = await spoken(piper, "12345678901234567890. " * 90)
    assert 120 < digits.seconds < 180


async def test_the_first_voice_that_speaks_a_language_is_taken(tmp_path: Path) -> None:
    english = a_voice(tmp_path, "en_US-one-low", inference={"length_scale": 1.0})
    german = a_voice(tmp_path, "de_DE-two-low", inference={"length_scale": 2.0}, language={"code": "de_DE"})
    dutch = a_voice(tmp_path, "nl_NL-three-low", inference={"length_scale": 4.0}, language=None)
    piper = PiperSynthesizer([english, german, dutch])
    lengths = {code: (await spoken(piper, "Eins.", code)).seconds for code in ("en", "de", "nl", "DE-de", "fr", "")}
    await piper.close()
    at_one = lengths["en"]
    assert lengths["de"] == lengths["DE-de"] == pytest.approx(2 * at_one, rel=0.05)
    assert lengths["nl"] == pytest.approx(4 * at_one, rel=0.05)
    assert lengths["fr"] == lengths[""] == at_one


async def test_questions_are_made_once_and_nothing_else_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "speech"
    piper = PiperSynthesizer([VOICE], kept=[QUESTION], folder=folder)
    await spoken(piper, "You said: I built quokkas.")
    assert not folder.exists()
    made = await spoken(piper)
    await piper.close()
    kept = files(folder)
    assert [Path(name).suffix for name in kept] == [".json", ".ogg"]
    again = PiperSynthesizer([VOICE], kept=[QUESTION], folder=folder)
    assert await spoken(again) == made
    assert again._voices == {}  # it was not even loaded
    await again.close()
    assert files(folder) == kept


@pytest.mark.parametrize("damage", ["sound", "label", "cut", "gone", "odd"])
async def test_what_is_damaged_is_made_anew(tmp_path: Path, damage: str) -> None:
    piper = PiperSynthesizer([VOICE], kept=[QUESTION], folder=tmp_path)
    made = await spoken(piper)
    label, sound = (tmp_path / name for name in files(tmp_path))
    whole = label.read_bytes(), sound.read_bytes()
    match damage:
        case "sound":
            sound.write_bytes(whole[1][:-9] + b"different")
        case "label":
            label.write_text("[]")
        case "cut":
            label.write_bytes(whole[0][:20])
        case "gone":
            sound.unlink()
        case _:
            label.write_text(json.dumps(json.loads(whole[0]) | {"seconds": float("nan")}))
    assert await spoken(piper) == made
    assert (label.read_bytes(), sound.read_bytes()) == whole
    await piper.close()


async def test_another_voice_or_speed_makes_its_own(tmp_path: Path) -> None:
    voices = [VOICE, a_voice(tmp_path / "voices", "other")]
    folder = tmp_path / "speech"
    for voice in voices:
        for speed in (1.0, 1.25):
            piper = PiperSynthesizer([voice], speed=speed, kept=[QUESTION], folder=folder)
            await spoken(piper)
            await piper.close()
    assert len([name for name in files(folder) if name.endswith(".ogg")]) == 4


async def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    piper = PiperSynthesizer([VOICE], kept=[QUESTION], folder=tmp_path / "file")
    assert (await spoken(piper)).seconds > 1
    assert "cannot be kept" in caplog.text
    assert files(tmp_path) == {"file": b""}
    await piper.close()


async def test_a_disk_that_is_full_leaves_no_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(part: Path, _: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    piper = PiperSynthesizer([VOICE], kept=[QUESTION], folder=tmp_path)
    assert (await spoken(piper)).seconds > 1
    assert files(tmp_path) == {}
    await piper.close()


async def test_a_voice_that_would_fetch_something_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **_: looked_up.append(arguments))
    piper = PiperSynthesizer([a_voice(tmp_path, "zh_CN-one-low", phoneme_type="pinyin")])
    with pytest.raises(SynthesizerError, match=r"cannot be used here \(pinyin\)"):
        await piper.prepare()
    with pytest.raises(SynthesizerError):
        await piper.synthesize("One.")
    await piper.close()
    assert looked_up == []


@pytest.mark.parametrize("content", [b"", b"damaged" * 100])
async def test_a_damaged_voice_is_said_to_be_one(tmp_path: Path, content: bytes) -> None:
    voice = a_voice(tmp_path, "en_US-one-low")
    voice.write_bytes(content)
    piper = PiperSynthesizer([voice])
    with pytest.raises(SynthesizerError, match="cannot be loaded"):
        await piper.prepare()
    await piper.close()


async def test_without_a_voice_nothing_is_spoken() -> None:
    piper = PiperSynthesizer([])
    with pytest.raises(SynthesizerError, match="There is no Piper voice"):
        await piper.synthesize("One.")
    await piper.close()


async def test_a_failure_of_the_library_says_nothing_of_the_text(
    piper: PiperSynthesizer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from piper import PiperVoice  # noqa: PLC0415 - not everybody has it

    def fail(*_: object) -> None:
        raise RuntimeError("quokka")

    monkeypatch.setattr(PiperVoice, "synthesize", fail)
    with caplog.at_level(logging.DEBUG), pytest.raises(SynthesizerError) as caught:
        await piper.synthesize("You said quokka.")
    assert str(caught.value) == "Piper failed on a text."
    assert "RuntimeError" in caplog.text
    assert "quokka" not in caplog.text


async def test_nothing_that_is_spoken_is_logged(piper: PiperSynthesizer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await piper.synthesize("You said quokka.")
    assert "quokka" not in caplog.text


@pytest.mark.parametrize(
    "name", ["~nosuchuser/x.onnx", "~nosuchuser", "v" * 300, "v" * 300 + ".onnx", "a\0b.onnx", ".onnx", ".", ".."]
)
def test_a_name_that_no_file_can_have_is_no_voice(tmp_path: Path, name: str) -> None:
    assert voice_files([name, str(VOICE)], tmp_path) == [VOICE]


@pytest.mark.parametrize(("error", "told"), [(ImportError, "not installed completely"), (RuntimeError, "RuntimeError")])
async def test_a_library_that_is_not_whole_is_told(
    piper: PiperSynthesizer, monkeypatch: pytest.MonkeyPatch, error: type[Exception], told: str
) -> None:
    begin = builtins.__import__

    def fail(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "adapters.audio":
            raise error("pyaudioop")
        return begin(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", fail)
    for asked in (piper.prepare(), piper.synthesize("One.")):
        with pytest.raises(SynthesizerError, match=told) as caught:
            await asked
        assert "pyaudioop" not in str(caught.value)


def test_voices_are_named_by_their_file_or_their_name(tmp_path: Path) -> None:
    lessac = a_voice(tmp_path / "piper", "en_US-lessac-medium")
    half = a_voice(tmp_path / "piper", "half")
    half.with_name("half.onnx.json").unlink()
    names = ["en_US-lessac-medium", " ", "missing", "half", str(VOICE)]
    assert voice_files(names, tmp_path) == [lessac, VOICE]
