"""What a prompt holds goes to the server that was set, and nowhere else."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from adapters.ollama import Deadlines, OllamaModel
from adapters.ollama.failures import Address
from adapters.ollama.wire import Wire
from tests.adapters.ollama.conftest import GENERATED, NAME, a_prompt
from tests.wires.ollama import OllamaServer

PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]


@pytest.fixture
def settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)


@pytest.mark.usefixtures("settings")
async def test_proxies_of_the_environment_are_not_used(server: OllamaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with OllamaServer() as proxy:
        for name in (*PROXIES, *map(str.lower, PROXIES)):
            monkeypatch.setenv(name, proxy.url)
        async with OllamaModel(server.url, NAME) as model:
            await model.prepare()
            await model.inspect()
            assert await model.complete(a_prompt()) == GENERATED
        assert proxy.paths == []


async def test_a_key_for_another_place_is_not_sent(server: OllamaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "secret-key")
    address = server.url.replace("http://", "http://user:secret-word@")
    async with OllamaModel(address, NAME) as model:
        await model.prepare()
        await model.inspect()
        await model.complete(a_prompt())
    assert server.headers
    assert not [headers for headers in server.headers if "authorization" in headers or "secret" in str(headers)]


async def test_a_password_file_is_not_read(
    server: OllamaServer, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    async with OllamaModel(server.url, NAME) as model:
        await model.complete(a_prompt())
    assert not [headers for headers in server.headers if "authorization" in headers]


async def test_the_address_of_the_environment_is_not_used(
    server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with OllamaServer() as other:
        monkeypatch.setenv("OLLAMA_HOST", other.url)
        async with OllamaModel(server.url, NAME) as model:
            await model.complete(a_prompt())
        assert other.paths == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://127.0.0.1:9"])
async def test_certificates_are_checked_wherever_there_are_any(url: str) -> None:
    with patch("httpx_aiohttp.AiohttpTransport.__init__", return_value=None) as made:
        Wire(Address.of(url), Deadlines())
    assert made.call_args.kwargs["verify"] is url.startswith("https")
