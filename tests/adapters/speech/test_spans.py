"""Where somebody speaks, and what the model is given to hear at once."""

from __future__ import annotations

import pytest

from tests.adapters.speech.clips import CLIPS, needs_voice

pytest.importorskip("faster_whisper", reason="the libraries for voice are not installed")
pytest.importorskip("av", reason="the libraries for voice are not installed")

from adapters.whisper import spans as spans_module
from adapters.whisper.spans import fitted, merged, pieces, spoken
from core.speech import Span
from tests.adapters.speech.sounds import with_pauses

pytestmark = needs_voice


def test_a_sound_is_listened_to_block_by_block_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = with_pauses(CLIPS[:4], 1.0)
    whole = merged(spoken(sound))
    monkeypatch.setattr(spans_module, "_BLOCK_S", 3.0)
    in_blocks = merged(spoken(sound))
    assert len(in_blocks) == len(whole) == 4
    for one, other in zip(in_blocks, whole, strict=True):
        assert [one.start, one.end] == pytest.approx([other.start, other.end], abs=0.2)


def test_a_breath_is_no_pause() -> None:
    assert merged([Span(0, 1), Span(1.2, 2), Span(2.5, 3)]) == (Span(0, 2), Span(2.5, 3))
    assert merged([]) == ()


def test_a_new_piece_begins_at_a_long_pause() -> None:
    found = pieces([Span(1, 2), Span(3.5, 4), Span(6, 7)], 9.0)
    assert found == [Span(0.6, 4.4), Span(5.6, 7.4)]


def test_a_new_piece_begins_before_one_gets_longer_than_the_model_hears_at_once() -> None:
    found = pieces([Span(0, 20), Span(20, 27), Span(27.5, 40)], 40.0)
    assert found == [Span(0, 27.25), Span(27.25, 40)]  # neighbours share what is between them


def test_whoever_pauses_all_the_time_is_heard_in_few_pieces() -> None:
    hesitating = [Span(at, at + 0.5) for at in range(0, 600, 3)]
    found = pieces(hesitating, 600.0)
    assert len(found) <= 2 * 600 / 28
    assert all(piece.seconds <= 30 for piece in found)


def test_some_long_pauses_are_kept_where_there_are_many() -> None:
    spans = [Span(at, at + 0.5) for at in range(0, 60, 3)] + [Span(70, 71)]
    found = pieces(spans, 71.0)
    assert found[-1] == Span(69.6, 71.0)
    assert len(found) <= 14


def test_a_word_is_fitted_to_where_somebody_speaks() -> None:
    spans = [Span(1, 2), Span(4, 5)]
    assert fitted(Span(0.0, 1.4), spans) == Span(1, 1.4)
    assert fitted(Span(1.5, 2.6), spans) == Span(1.5, 2)
    assert fitted(Span(3.0, 4.5), spans) == Span(4, 4.5)
    assert fitted(Span(1.5, 4.5), spans) == Span(1.5, 4.5)
    assert fitted(Span(2.5, 3.5), spans) == Span(2.5, 3.5)
    assert fitted(Span(6.0, 6.5), spans) == Span(6.0, 6.5)
