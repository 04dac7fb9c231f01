"""Servers that are gone, refuse, break off or send elsewhere; and what is tried again."""

from __future__ import annotations

import asyncio
import re
import socket
from unittest.mock import patch

import aiohttp
import httpx
import pytest
import stamina
from stamina.instrumentation import RetryDetails, get_on_retry_hooks, set_on_retry_hooks

from adapters.ollama import OllamaModel
from adapters.ollama.failures import Address
from core.ports import LanguageModelError, ModelMissingError, ModelUnavailableError
from tests.adapters.ollama.conftest import GENERATED, NAME, SHORT, a_prompt, raw_server
from tests.wires.ollama import Ending, OllamaServer, Reply

BUSY = "server busy, please try again.  maximum pending requests exceeded"


@pytest.mark.parametrize("status", [429, 502, 503])
async def test_what_may_be_over_soon_is_asked_again(server: OllamaServer, model: OllamaModel, status: int) -> None:
    server.reply = [Reply(status=status, error=BUSY)] * 2
    assert await model.complete(a_prompt()) == GENERATED
    assert len(server.chats) == 3


@pytest.mark.parametrize("status", [429, 502, 503])
async def test_three_times_are_enough(server: OllamaServer, model: OllamaModel, status: int) -> None:
    server.reply = lambda _: Reply(status=status, error="the quokka")
    with pytest.raises(ModelUnavailableError) as caught:
        await model.complete(a_prompt())
    assert str(caught.value) == f"Ollama at {server.url} failed with HTTP {status}."
    assert len(server.chats) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 405, 418, 500, 504, 599])
async def test_what_stays_is_asked_once(server: OllamaServer, model: OllamaModel, status: int) -> None:
    server.reply = [Reply(status=status, error="the quokka")]
    with pytest.raises(ModelUnavailableError, match=f"HTTP {status}") as caught:
        await model.complete(a_prompt())
    assert "quokka" not in str(caught.value)
    assert len(server.chats) == 1


async def test_a_model_that_is_missing_is_named_with_what_to_do(server: OllamaServer, model: OllamaModel) -> None:
    server.models.clear()
    sentence = f"Ollama at {server.url} has no model {NAME}: run `ollama pull {NAME}`."
    for _ in range(2):
        with pytest.raises(ModelMissingError, match=re.escape(sentence)):
            await model.complete(a_prompt())
    assert server.paths == ["/api/show"] * 2


async def test_a_page_that_is_missing_is_no_missing_model(server: OllamaServer, model: OllamaModel) -> None:
    server.instead["/api/show"] = Reply("404 page not found", status=404)
    with pytest.raises(ModelUnavailableError, match="does not speak as Ollama"):
        await model.complete(a_prompt())


async def test_a_connection_dropped_before_the_first_token_is_tried_again(
    server: OllamaServer, model: OllamaModel
) -> None:
    server.reply = [Reply(ending=Ending.DROP, after=0)] * 2
    assert await model.complete(a_prompt()) == GENERATED
    assert len(server.chats) == 3


async def test_a_connection_dropped_after_it_is_not(server: OllamaServer, model: OllamaModel) -> None:
    server.reply = [Reply(ending=Ending.DROP, after=3, tokens_per_second=100)]
    with pytest.raises(ModelUnavailableError, match="broke off"):
        await model.complete(a_prompt())
    assert len(server.chats) == 1
    assert await model.complete(a_prompt()) == GENERATED


async def test_a_server_that_goes_and_comes_back(server: OllamaServer, model: OllamaModel) -> None:
    await model.complete(a_prompt())
    await server.stop()
    with pytest.raises(ModelUnavailableError, match="Nothing answers at"):
        await model.complete(a_prompt())
    await server.start()
    assert await model.complete(a_prompt()) == GENERATED


async def test_a_server_that_comes_between_two_attempts(server: OllamaServer) -> None:
    await server.stop()
    async with OllamaModel(server.url, NAME) as model:
        call = asyncio.create_task(model.complete(a_prompt()))
        with patch.object(Address, "refused", autospec=True, side_effect=Address.refused) as refused:
            while not refused.called:  # noqa: ASYNC110 - there is nothing to wait for
                await asyncio.sleep(0)
            await server.start()
            assert await call == GENERATED


async def test_pauses_between_attempts_grow_and_differ(server: OllamaServer, model: OllamaModel) -> None:
    waits: list[tuple[float, ...]] = []

    async def no_sleep(seconds: float) -> None:
        """Nobody waits for this."""

    def note(details: RetryDetails) -> None:
        waits[-1] = (*waits[-1], details.wait_for)

    hooks = get_on_retry_hooks()
    set_on_retry_hooks([note])
    stamina.set_testing(False)
    server.reply = lambda _: Reply(status=503)
    with patch("stamina._core._smart_sleep", no_sleep):
        for _ in range(5):
            waits.append(())
            with pytest.raises(ModelUnavailableError):
                await model.complete(a_prompt())
    set_on_retry_hooks(hooks)
    assert len(set(waits)) == 5
    assert all(0.25 <= first <= 0.5 <= second <= 0.75 for first, second in waits)


def _from_aiohttp(error: aiohttp.ClientError) -> httpx.ConnectTimeout:
    """What the transport makes of everything that goes wrong with a connection."""
    told = httpx.ConnectTimeout("quokka")
    told.__cause__ = error
    return told


@pytest.mark.parametrize(
    ("raised", "said", "times"),
    [
        (httpx.ConnectTimeout("quokka"), "could not be reached within 3 s", 1),
        (httpx.ReadTimeout("quokka"), "said nothing for 180 s", 1),
        (httpx.PoolTimeout("quokka"), "said nothing for 180 s", 1),
        (httpx.ConnectError("quokka"), "Nothing answers at", 3),
        (httpx.WriteError("quokka"), "broke off", 3),
        (httpx.RemoteProtocolError("quokka"), "broke off", 3),
        (httpx.StreamClosed(), "broke off", 3),
        (httpx.UnsupportedProtocol("quokka"), "does not speak as Ollama does", 1),
        (httpx.InvalidURL("quokka"), "does not speak as Ollama does", 1),
        (_from_aiohttp(aiohttp.ServerDisconnectedError()), "broke off", 3),
        (_from_aiohttp(aiohttp.ClientOSError("quokka")), "broke off", 3),
        (_from_aiohttp(aiohttp.ConnectionTimeoutError("quokka")), "could not be reached within 3 s", 1),
        (aiohttp.ClientPayloadError("quokka"), "broke off", 3),
        (aiohttp.InvalidURL("quokka"), "does not speak as Ollama does", 1),
    ],
)
async def test_no_error_of_the_libraries_comes_through(
    server: OllamaServer, model: OllamaModel, raised: Exception, said: str, times: int
) -> None:
    await model.prepare()
    with patch("httpx_aiohttp.AiohttpTransport.handle_async_request", side_effect=raised) as asked:
        with pytest.raises(ModelUnavailableError, match=said) as caught:
            await model.complete(a_prompt())
        assert asked.call_count == times
    assert "quokka" not in str(caught.value)


async def test_a_redirection_is_not_followed(server: OllamaServer, model: OllamaModel) -> None:
    async with OllamaServer() as elsewhere:
        server.reply = [Reply(status=status, headers={"Location": elsewhere.url}) for status in (301, 302, 307, 308)]
        for _ in range(4):
            with pytest.raises(ModelUnavailableError, match="sends elsewhere, which is not followed"):
                await model.complete(a_prompt())
        server.instead["/api/version"] = Reply(status=307, headers={"Location": f"{elsewhere.url}/api/version"})
        with pytest.raises(ModelUnavailableError, match="sends elsewhere"):
            await model.inspect()
        assert elsewhere.paths == []


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"])
async def test_something_that_is_no_web_server(said: bytes) -> None:
    async with raw_server(lambda _, writer: writer.write(said)) as url, OllamaModel(url, NAME) as model:
        with pytest.raises(ModelUnavailableError):
            await model.complete(a_prompt())


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b", "x" * 70 + ".invalid"])
async def test_a_name_that_leads_nowhere(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    async with OllamaModel(f"http://{host}:11434", NAME, deadlines=SHORT) as model:
        with pytest.raises(ModelUnavailableError, match="There is no way to"):
            await model.complete(a_prompt())


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434"),
        ("http://user:secret@models.example/ollama/", "http://models.example:80/ollama"),
        ("https://models.example", "https://models.example:443"),
        ("http://[::1]:9", "http://[::1]:9"),
    ],
)
def test_an_address_is_shown_without_credentials(url: str, shown: str) -> None:
    address = Address.of(url)
    failures: list[LanguageModelError] = [
        address.refused(),
        address.unknown(),
        address.unreachable(3),
        address.silent(60),
        address.slow(180),
        address.broken_off(begun=True),
        address.foreign(),
        address.other_model(NAME),
        address.closed(),
        address.failed("\x1b[31mno\u202e memory. "),
        address.missing(NAME),
        *(address.answered(status, "a" * 1_000) for status in (307, 401, 500)),
    ]
    assert address.url == shown
    for failure in failures:
        sentence = str(failure)
        assert shown in sentence
        assert sentence.endswith(".")
        assert sentence.isprintable()
        assert "secret" not in sentence
        assert len(sentence) < 300
