"""The languages that candidates can set are those that Whisper has codes for."""

from __future__ import annotations

import pytest

from core.wording.languages import NAMES, code_of

tokenizer = pytest.importorskip("faster_whisper.tokenizer", reason="the libraries for voice are not installed")


def test_every_language_has_a_name_of_its_own() -> None:
    assert set(NAMES) == set(tokenizer._LANGUAGE_CODES)
    assert all(code_of(name) == code_of(code) == code for code, name in NAMES.items())
