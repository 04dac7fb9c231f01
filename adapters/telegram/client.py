"""The library's bot, with the limits this project wants."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from ssl import SSLContext

from httpx import AsyncClient, Proxy, Timeout
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from adapters.telegram.failures import malformed_token
from adapters.telegram.pace import RateLimiter
from adapters.telegram.surroundings import proxy, trusted
from adapters.telegram.timing import Timing

OFFICIAL_URL = "https://api.telegram.org"
Bot = ExtBot[int]
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,100}")
_CONNECTIONS = 64


class Client:
    """The bot and its connections: polls have their own, as they are held open; `web` is for files."""

    def __init__(self, token: str, base_url: str, timing: Timing) -> None:
        """Raises BadTokenError for what cannot be a token, and PlatformError for a proxy that cannot be used."""
        if not _TOKEN.fullmatch(token):
            raise malformed_token()
        _prepare()
        self.address = base_url.rstrip("/")
        through, verify = proxy(self.address), trusted(self.address)
        self._requests = [_request(timing, most, through, verify) for most in (1, _CONNECTIONS)]
        self.bot: Bot = ExtBot(
            token,
            f"{self.address}/bot",
            f"{self.address}/file/bot",
            get_updates_request=self._requests[0],
            request=self._requests[1],
            rate_limiter=RateLimiter(timing.message_s),
        )

        self.web = AsyncClient(
            timeout=Timeout(timing.read_s, connect=timing.connect_s, pool=timing.connect_s),
            proxy=through,
            trust_env=False,
            verify=verify,
        )

    async def close(self) -> None:
        await asyncio.gather(self.web.aclose(), *(request.shutdown() for request in self._requests))


def _request(timing: Timing, connections: int, through: Proxy | None, verify: SSLContext) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        read_timeout=timing.read_s,
        write_timeout=timing.read_s,
        connect_timeout=timing.connect_s,
        pool_timeout=timing.connect_s,
        proxy=through,
        httpx_kwargs={"trust_env": False, "verify": verify},
    )


def _prepare() -> None:
    """Httpx logs addresses, which hold the token; the library logs updates it cannot read, which hold words."""
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # durations as the library will give them; without it, it warns
