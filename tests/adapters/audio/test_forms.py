"""Every form in which a platform delivers sound is heard, and what is said is sent in the form that they play."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from adapters import audio
from adapters.audio import Sound
from core.speech import Speech
from tests.adapters.audio.sounds import CLIP, CLIPS, FORMS, RATE, loudness, read, same, voice

PRIMING_S = 0.04  # of AAC, which is not told from silence


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_heard(form: str) -> None:
    sound = audio.decode(FORMS[form]())
    assert sound.rate == RATE
    assert sound.samples.dtype == np.float32
    assert 0 <= sound.seconds - len(voice()) / RATE <= PRIMING_S
    least = 0.8 if "amr" in form else 0.95 if "aac" in form or form == "video note" else 0.98
    assert same(sound.samples, voice()) > least
    assert abs(sound.samples.mean()) < 1e-4


@pytest.mark.parametrize("form", ["ogg, opus", "m4a, aac", "mp3", "webm, opus", "wav", "wav, float", "flac"])
def test_a_sound_keeps_its_level(form: str) -> None:
    assert loudness(audio.decode(FORMS[form]()).samples) == pytest.approx(loudness(voice()), abs=0.6)


def test_every_clip_lasts_as_long_as_it_should() -> None:
    for clip in json.loads((CLIPS / "manifest.json").read_text()):
        seconds = audio.decode((CLIPS / clip["file"]).read_bytes()).seconds
        assert seconds == pytest.approx(clip["seconds"], abs=0.011), clip["file"]


def test_any_rate_can_be_asked_for() -> None:
    sound = audio.decode(CLIP, rate=48_000)
    assert sound.rate == 48_000
    assert same(sound.samples, voice(48_000)) > 0.99


def test_a_form_that_changes_on_the_way_is_followed() -> None:
    both = audio.decode(FORMS["mp3"]() + FORMS["mp3, stereo, 24 kHz"]())
    assert both.seconds == pytest.approx(2 * len(voice()) / RATE, abs=0.2)
    assert same(both.samples[: len(voice())], voice()) > 0.98


@pytest.mark.parametrize("rate", [RATE, 22_050, 24_000, 48_000])
def test_what_is_encoded_is_opus_at_48_khz_and_comes_back(rate: int) -> None:
    encoded = audio.encode(voice(rate), rate)
    assert encoded[:4] == b"OggS"
    assert encoded[28:40] == b"OpusHead\x01\x01" + encoded[38:40]  # the first version, mono
    assert int.from_bytes(encoded[40:44], "little") == 48_000
    assert len(read(encoded, 48_000)) == pytest.approx(len(voice(rate)) * 48_000 / rate, abs=2)
    back = audio.decode(encoded)
    assert same(back.samples, voice()) > 0.98
    assert loudness(back.samples) == pytest.approx(loudness(voice()), abs=0.3)


def test_the_same_samples_give_the_same_file() -> None:
    assert audio.encode(voice(), RATE) == audio.encode(voice().copy(), RATE)


@pytest.mark.parametrize("gain", [0.001, 0.1, 1.0, 8.0])
def test_speech_is_as_loud_however_loud_the_voice(gain: float) -> None:
    spoken = audio.speech(Sound(np.clip(voice() * gain, -1, 1), RATE))
    heard = audio.decode(spoken.sound)
    assert loudness(heard.samples) == pytest.approx(-20.0, abs=1.5)
    assert np.abs(read(spoken.sound, 48_000)).max() < 10 ** (-1 / 20)
    assert spoken.seconds == pytest.approx(heard.seconds, abs=0.001)


def test_a_lone_crack_is_not_made_louder_than_can_be_played() -> None:
    crack = np.zeros(RATE, np.float32)
    crack[8_000:8_010] = 0.5
    level = audio.levelled(Sound(crack, RATE))
    assert np.abs(level.samples).max() == pytest.approx(10 ** (-1.5 / 20), abs=0.01)


def test_silence_can_be_spoken() -> None:
    spoken = audio.speech(Sound(np.zeros(RATE, np.float32), RATE))
    assert spoken == Speech(spoken.sound, 1.0, bytes(10))
    assert np.abs(read(spoken.sound)).max() < 0.001


def test_nothing_warns_and_nothing_of_ffmpeg_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exception, match="unreadable"):
        audio.decode(FORMS["flac"]()[:60])
    audio.decode(FORMS["flac"]()[:-50])
    assert capfd.readouterr() == ("", "")


def test_the_library_of_segments_is_there_without_ffmpeg() -> None:
    assert "pydub" in sys.modules
    assert "pydub.playback" not in sys.modules
