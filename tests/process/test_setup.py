from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.home import ROOT, Home
from tests.wires.models import ModelServer, serving_models

FIXTURES = ROOT / "tests" / "fixtures" / "speech"
VOICE = "en_GB-tiny-x_low"
IN_A_PROCESS = """
import runpy, sys
from piper import download_voices
download_voices.URL_FORMAT = sys.argv.pop(1) + "/{lang_code}-{voice_name}-{voice_quality}{extension}"
runpy.run_module("bot", run_name="__main__")
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ModelServer]:
    """All that there is to fetch, the voice under a name as Piper's voices have them."""
    pytest.importorskip("faster_whisper", reason="the extra `voice` is not installed")
    folder = tmp_path / "there"
    shutil.copytree(FIXTURES / "whisper", folder)
    for file in (FIXTURES / "piper").iterdir():
        shutil.copy(file, folder / file.name.replace("tinyvoice", VOICE))
    with serving_models(folder) as server:
        yield server


@pytest.fixture
def fetching(plain_home: Home, server: ModelServer) -> dict[str, str]:
    return {"VOICE": "auto", "HF_ENDPOINT": server.url, "HF_HOME": str(plain_home.path / "hf"), "PIPER_VOICE": VOICE}


def test_both_models_are_fetched_once_and_used_from_then_on(
    plain_home: Home, server: ModelServer, fetching: dict[str, str]
) -> None:
    program = ("-c", IN_A_PROCESS, server.url)
    first = plain_home.run("setup", program=program, settings=fetching)
    assert first.status == 0, first.err
    assert "Whisper base is fetched." in first.err
    assert f"Piper {VOICE} is fetched." in first.err
    models = plain_home.path / "data" / "models"
    got = {str(file.relative_to(models)) for file in models.rglob("*") if file.is_file()}
    assert {"whisper/base/model.bin", "whisper/base/vocabulary.json", f"piper/{VOICE}.onnx"} < got
    assert not [name for name in got if "/." in name]
    assert (models / "whisper/base/model.bin").read_bytes() == (FIXTURES / "whisper/model.bin").read_bytes()
    server.asked.clear()
    again = plain_home.run("setup", program=program, settings=fetching)
    assert again.status == 0
    assert "Whisper base is there" in again.err
    assert server.asked == []


def test_a_model_that_cannot_be_fetched_is_one_sentence_and_nothing_half_stays(
    plain_home: Home, server: ModelServer, fetching: dict[str, str]
) -> None:
    server.missing = {f"{VOICE}.onnx.json"}
    program = ("-c", IN_A_PROCESS, server.url)
    failed = plain_home.run("setup", program=program, settings=fetching)
    assert failed.status == 1
    assert f"Piper {VOICE} could not be fetched from huggingface.co (HTTPError)." in failed.err
    assert not list((plain_home.path / "data" / "models" / "piper").glob("*.onnx"))
    server.missing.clear()
    assert plain_home.run("setup", program=program, settings=fetching).status == 0
