"""Pieces of sound: cut, joined, trimmed, levelled, drawn."""

from __future__ import annotations

import numpy as np
import pytest

from adapters import audio
from adapters.audio import Samples, Sound
from core.speech import Span
from tests.adapters.audio.sounds import RATE, loudness


def tone(seconds: float, level: float = 0.5, rate: int = RATE) -> Samples:
    samples: Samples = (np.sin(np.arange(round(seconds * rate)) * 440 * 2 * np.pi / rate) * level).astype(np.float32)
    return samples


def quiet(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def sound(*pieces: Samples) -> Sound:
    return Sound(np.concatenate(pieces), RATE)


def test_a_piece_is_cut_where_it_was_asked_for() -> None:
    piece = audio.cut(sound(tone(1.0, 0.1), tone(1.0, 0.9)), Span(0.5, 1.5))
    assert piece.seconds == pytest.approx(1.0)
    assert np.abs(piece.samples[:7_000]).max() == pytest.approx(0.1, abs=0.01)
    assert np.abs(piece.samples[9_000:]).max() == pytest.approx(0.9, abs=0.01)


def test_a_piece_begins_and_ends_softly() -> None:
    piece = audio.cut(Sound(np.ones(RATE, np.float32), RATE), Span(0.2, 0.8)).samples
    assert piece[0] < 0.1
    assert piece[-1] < 0.15
    assert np.allclose(piece[170:-170], 1.0, atol=0.001)
    assert np.abs(np.diff(piece)).max() < 0.15


@pytest.mark.parametrize(
    ("span", "seconds"), [(Span(-1, 0.5), 0.5), (Span(0.5, 99), 0.5), (Span(5, 6), 0), (Span(0.7, 0.2), 0)]
)
def test_a_piece_goes_as_far_as_the_sound(span: Span, seconds: float) -> None:
    assert audio.cut(sound(tone(1.0)), span).seconds == pytest.approx(seconds)


@pytest.mark.parametrize("rate", [8_000, RATE, 24_000, 48_000])
def test_a_piece_can_be_as_short_as_one_likes(rate: int) -> None:
    whole = Sound(tone(1.0, rate=rate), rate)
    for size in range(rate // 200):
        assert len(audio.cut(whole, Span(0.5, 0.5 + size / rate)).samples) <= size + rate // 1_000


def test_sounds_are_joined_with_silence_between_them() -> None:
    whole = audio.joined([sound(tone(0.5)), sound(tone(0.25)), sound(tone(0.25))], 0.3)
    assert whole.seconds == pytest.approx(1.6)
    assert np.abs(whole.samples[8_000:12_800]).max() == 0
    assert np.allclose(whole.samples[:8_000], tone(0.5), atol=1e-6)
    assert np.allclose(whole.samples[12_800:16_800], tone(0.25), atol=1e-6)


def test_sounds_of_other_rates_are_brought_to_the_highest() -> None:
    whole = audio.joined([sound(tone(0.5)), Sound(tone(0.5, rate=48_000), 48_000)], 0)
    assert whole.rate == 48_000
    assert whole.seconds == pytest.approx(1.0, abs=0.001)


def test_one_sound_alone_is_itself() -> None:
    assert np.allclose(audio.joined([sound(tone(0.5))], 0.3).samples, tone(0.5), atol=1e-6)


def test_the_silence_around_a_sound_is_taken_away_and_that_within_it_stays() -> None:
    trimmed = audio.trimmed(sound(quiet(0.4), tone(0.3), quiet(0.5), tone(0.3), quiet(0.7)))
    assert trimmed.seconds == pytest.approx(1.1, abs=0.03)


def test_of_silence_nothing_is_left() -> None:
    assert audio.trimmed(sound(quiet(0.5))).seconds == 0


@pytest.mark.parametrize("level", [0.0001, 0.01, 0.9])
def test_sounds_are_brought_to_one_level(level: float) -> None:
    assert loudness(audio.levelled(sound(tone(1.0, level))).samples) == pytest.approx(-20, abs=0.2)


def test_silence_stays_silence() -> None:
    assert not audio.levelled(sound(quiet(0.5))).samples.any()


def test_a_waveform_follows_the_sound() -> None:
    wave = audio.waveform(sound(tone(1.0, 0.8), quiet(1.0), tone(1.0, 0.4)))
    assert len(wave) == 30
    assert set(wave[:10]) == {255}
    assert set(wave[10:20]) == {0}
    assert all(126 <= point <= 129 for point in wave[20:])


@pytest.mark.parametrize(
    ("seconds", "points", "count"),
    [(0.05, 256, 1), (2.0, 256, 20), (60.0, 256, 256), (60.0, 16, 16), (25.65, 256, 256)],
)
def test_a_waveform_has_no_more_points_than_it_may(seconds: float, points: int, count: int) -> None:
    assert len(audio.waveform(sound(tone(seconds)), points)) == count
