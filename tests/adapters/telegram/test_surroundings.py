"""Certificates and proxies as the owner's machine has them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from ssl import CERT_REQUIRED

import pytest

from adapters.telegram import PlatformError, TelegramPlatform
from adapters.telegram.surroundings import certificates, proxy, trusted
from tests.adapters.telegram.conftest import QUICK, ROLE, Takes, make
from tests.wires.telegram import TOKEN, TelegramServer

OFFICIAL = "https://api.telegram.org"
NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
OF_A_COMPANY = """\
-----BEGIN CERTIFICATE-----
MIIBrTCCAVKgAwIBAgIUae8v1xHbEiNXWfxEAWEYbo6od0UwCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRQSBjb21wYW55J3MgcHJveHkwIBcNMjYxMTIyMjAxMzQ1WhgP
MjEyNjEwMjkyMDEzNDVaMBwxGjAYBgNVBAMMEUEgY29tcGFueSdzIHByb3h5MFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGHyBh7ALQOwHytyq4wQYNZ5FHpqdXYWG
Wyf1mUzbyV6+T4u5BilM0jkcBohLYvXfMgCR81yoJVFC6mamOeB8jaNwMG4wHQYD
VR0OBBYEFPdzcK96jRVBb3WO6R2OQGKLW8BKMB8GA1UdIwQYMBaAFPdzcK96jRVB
b3WO6R2OQGKLW8BKMA8GA1UdEwEB/wQFMAMBAf8wGwYDVR0RBBQwEoIQYXBpLnRl
bGVncmFtLm9yZzAKBggqhkjOPQQDAgNJADBGAiEAu1pHiWTkk7PnVXJkBu1RnpKw
250cR2bGRYUGx7FfNGACIQCMSS/8J2tPod1BT+I7z6MgMYziQKkHox0qypa8Vn37
Og==
-----END CERTIFICATE-----
"""


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is set; what the certificates were read from is forgotten."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    certificates.cache_clear()
    yield
    certificates.cache_clear()


class LoopbackProxy:
    """Notes what it is asked for, and leads nowhere."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.heads: list[bytes] = []
        self.address = ""

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.split(b"\r\n")[0])
        self.heads.append(head)
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@pytest.fixture
async def through() -> AsyncIterator[LoopbackProxy]:
    made = LoopbackProxy()
    listening = await asyncio.start_server(made.take, "127.0.0.1", 0)
    made.address = f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield made
    listening.close()
    await listening.wait_closed()


def subjects() -> list[str]:
    return [str(one["subject"]) for one in certificates().get_ca_certs()]


def test_certificates_of_the_machine_are_trusted_beside_those_of_the_library(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    before = subjects()
    assert not any("A company's proxy" in one for one in before)
    file = tmp_path / "company.pem"
    file.write_text(OF_A_COMPANY)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert certificates() is certificates()
    certificates.cache_clear()
    assert any("A company's proxy" in one for one in subjects())
    assert len(subjects()) == len(before) + 1 > 50


def test_certificates_are_read_only_where_there_are_any() -> None:
    assert trusted(OFFICIAL) is certificates()
    nobody = trusted("http://127.0.0.1:8081")
    assert not nobody.get_ca_certs()
    assert nobody.verify_mode is CERT_REQUIRED
    assert nobody.check_hostname


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("scheme", ["http://", ""])
async def test_telegram_is_reached_through_the_proxy_that_is_set(
    through: LoopbackProxy, takes: Takes, monkeypatch: pytest.MonkeyPatch, name: str, scheme: str
) -> None:
    monkeypatch.setenv(name, f"{scheme}owner:quokka@{through.address}")
    platform = TelegramPlatform(TOKEN, takes, [ROLE], timing=QUICK)
    with pytest.raises(PlatformError) as failed:
        await platform.check()
    await platform.close()
    assert through.asked == [b"CONNECT api.telegram.org:443 HTTP/1.1"]
    assert b"Proxy-Authorization: Basic " in through.heads[0]
    assert "quokka" not in str(failed.value)


async def test_this_machine_is_reached_without_a_proxy(
    server: TelegramServer, through: LoopbackProxy, takes: Takes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{through.address}")
    platform = make(server, takes)
    assert await platform.check() == "@practice_test_bot"
    await platform.close()
    assert not through.asked


async def test_no_file_of_passwords_is_read(
    server: TelegramServer, through: LoopbackProxy, takes: Takes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "netrc"
    file.write_text("default login owner password quokka\n")
    monkeypatch.setenv("NETRC", str(file))
    monkeypatch.setenv("HTTP_PROXY", f"http://{through.address}")
    platform = TelegramPlatform(TOKEN, takes, [ROLE], api_base_url="http://bot-api.example", timing=QUICK)
    with pytest.raises(PlatformError):
        await platform.check()
    await platform.close()
    (head,) = through.heads
    assert head.startswith(b"POST http://bot-api.example/bot")
    assert b"authorization" not in head.lower()


@pytest.mark.parametrize(
    ("address", "surroundings"),
    [
        (OFFICIAL, {}),
        (OFFICIAL, {"HTTP_PROXY": "http://proxy.example:3128"}),
        (OFFICIAL, {"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "example.org, .telegram.org"}),
        (OFFICIAL, {"ALL_PROXY": "http://proxy.example:3128", "NO_PROXY": "*"}),
        ("http://localhost:8081", {"ALL_PROXY": "http://proxy.example:3128"}),
        ("http://127.3.2.1:8081", {"HTTP_PROXY": "http://proxy.example:3128"}),
        ("http://[::1]:8081", {"HTTP_PROXY": "http://proxy.example:3128"}),
    ],
)
def test_where_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch, address: str, surroundings: dict[str, str]) -> None:
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    assert proxy(address) is None


@pytest.mark.parametrize("named", ["socks5://quokka@127.0.0.1:9", "http://quokka@:x", "ftp://quokka"])
def test_a_proxy_that_cannot_be_used_is_said_to_be_so(
    monkeypatch: pytest.MonkeyPatch, takes: Takes, named: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", named)
    with pytest.raises(PlatformError, match=r"must begin with http://\.$") as refused:
        TelegramPlatform(TOKEN, takes, [ROLE], timing=QUICK)
    assert "quokka" not in str(refused.value)
