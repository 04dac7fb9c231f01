from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.settings import load_settings
from bot.wiring import interviewer_of
from tests.wires.ollama import InstalledModel, OllamaServer


@pytest.mark.parametrize(("remote_host", "told"), [("https://there", True), ("", False)])
async def test_a_model_that_ollama_runs_elsewhere_is_told_at_the_start(
    place: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, remote_host: str, *, told: bool
) -> None:
    monkeypatch.setenv("INTERVIEWER", "auto")
    async with OllamaServer(models=[InstalledModel("llama3.1:8b", remote_host=remote_host)]) as server:
        monkeypatch.setenv("OLLAMA_BASE_URL", server.url)
        async with interviewer_of(load_settings()), asyncio.timeout(10):
            while not server.loads:  # noqa: ASYNC110 - the server has no event for it
                await asyncio.sleep(0.01)
    assert ("Ollama runs the model at https://there: answers leave this machine." in caplog.text) is told
