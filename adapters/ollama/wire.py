"""The client itself. Only this module imports `ollama`, httpx and aiohttp, which takes a second: do so when needed.

The connection under the package is aiohttp's: it reads a stream for half of what httpx's own takes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import aiohttp
import httpx
import ollama
from httpx_aiohttp import AiohttpTransport

from adapters.ollama.answers import together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapters.ollama.deadlines import Deadlines
    from adapters.ollama.failures import Address
    from core.ports import LanguageModelError

MOST_BYTES = 8_000_000
"""The longest answer that is read: no reply and no description of a model comes near it."""
_NAMES: tuple[tuple[type[BaseException], type[httpx.RequestError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.ServerTimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.ClientResponseError, httpx.DecodingError),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
    (aiohttp.ClientError, httpx.ReadError),
)
"""What httpx calls a failure of aiohttp; the first that fits counts."""


@contextmanager
def _in_words_of_httpx() -> Iterator[None]:
    # The transport calls a connection that broke off, or was refused, one that took too long.
    try:
        yield
    except (aiohttp.ClientError, httpx.TransportError) as error:
        cause = error if isinstance(error, aiohttp.ClientError) else error.__cause__
        for kind, name in _NAMES:
            if isinstance(cause, kind):
                raise name(type(cause).__name__) from None
        raise


class _BoundedStream(httpx.AsyncByteStream):
    """Breaks off an answer that is too long: the readers above it keep a line or a body whole in memory."""

    def __init__(self, stream: httpx.AsyncByteStream, response: httpx.Response) -> None:
        self._stream = stream
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_BYTES
        with _in_words_of_httpx():
            async for piece in self._stream:
                left -= len(piece)
                if left < 0:
                    raise httpx.DecodingError("too long")
                yield together(piece)

    async def aclose(self) -> None:
        # The response holds this, and this the response: nothing of it has to wait for the garbage collector.
        stream, self._stream = self._stream, httpx.ByteStream(b"")
        self._response.stream = self._stream
        with _in_words_of_httpx():
            await stream.aclose()


class _BoundedTransport(AiohttpTransport):
    """A session that is opened by the first request, as it belongs to the loop that asks."""

    def __init__(self, **certificates: bool) -> None:
        super().__init__(**certificates)  # type: ignore[arg-type]  # `verify` and `trust_env` are among what it takes
        self._answering: WeakSet[aiohttp.ClientResponse] = WeakSet()

    def get_client(self) -> aiohttp.ClientSession:
        """The queue before the model says how many may ask at once, so that there is no limit here."""
        answering = self._answering

        class Noted(aiohttp.ClientResponse):
            """An answer that is noted, so that it can be broken off."""

            async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
                started = await super().start(connection)
                answering.add(self)
                return started

        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=self.ssl_context),
            cookie_jar=aiohttp.DummyCookieJar(),
            response_class=Noted,
            trust_env=False,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        with _in_words_of_httpx():
            response = await super().handle_async_request(request)
        stream = response.stream
        if response.headers.get("content-encoding", "identity") != "identity" or not isinstance(
            stream, httpx.AsyncByteStream
        ):
            await response.aclose()
            raise httpx.DecodingError("packed, although that was not asked for")  # a bomb would pass the bound
        response.stream = _BoundedStream(stream, response)
        return response

    async def aclose(self) -> None:
        for response in tuple(self._answering):
            response.content.set_exception(aiohttp.ServerDisconnectedError())  # closing alone would leave them waiting
        await super().aclose()


class Wire:
    """One client for all calls; `ask` is for what the package has no call for, over the same connections."""

    def __init__(self, address: Address, deadlines: Deadlines) -> None:
        self._address = address
        self._deadlines = deadlines
        common: dict[str, Any] = {
            # The environment counts for the certificates of a private authority only: not for proxies and passwords.
            # Plain HTTP has no certificates, and reading what is needed to check them takes a tenth of a second.
            "transport": _BoundedTransport(verify=address.has_certificate, trust_env=True),
            "trust_env": False,
            "follow_redirects": False,
            "timeout": httpx.Timeout(deadlines.total_s, connect=deadlines.connect_s),
            "headers": {"Accept-Encoding": "identity"},
            "auth": _without_key,
        }
        self.client = ollama.AsyncClient(address.url, **common)
        self._plain = httpx.AsyncClient(base_url=address.url, **common)

    async def close(self) -> None:
        await self.client.close()  # type: ignore[no-untyped-call]  # the package does not say that it returns nothing
        await self._plain.aclose()

    async def ask(self, path: str) -> Any:
        """The JSON at a path."""
        response = await self._plain.get(path)
        if response.status_code != httpx.codes.OK:
            raise ollama.ResponseError(response.text, response.status_code)
        return response.json()

    @contextmanager
    def failing(self, model: str, begun: Callable[[], bool] | None = None) -> Iterator[None]:
        """Turns whatever the client raises into a LanguageModelError.

        `begun` says whether the reply has begun; None stands for a call that holds no word of a candidate, so that what
        the server says of its failure may be told.
        """
        try:
            yield
        except ollama.ResponseError as error:
            raise self._told(error, model, quoting=begun is None) from None
        except httpx.ConnectTimeout:
            raise self._address.unreachable(self._deadlines.connect_s) from None
        except httpx.TimeoutException:
            raise self._address.silent(self._deadlines.total_s) from None
        except (httpx.DecodingError, httpx.UnsupportedProtocol, httpx.InvalidURL, RecursionError):
            raise self._address.foreign() from None
        except (httpx.ConnectError, ConnectionError):
            raise self._address.refused() from None
        except (httpx.HTTPError, httpx.StreamError, OSError, RuntimeError):
            # A RuntimeError is what a client says that was closed meanwhile.
            raise self._address.broken_off(begun=begun is not None and begun()) from None
        except (ValueError, TypeError, AttributeError, LookupError):
            raise self._address.foreign() from None  # the package trusts what it reads to be what it should be

    def _told(self, error: ollama.ResponseError, model: str, *, quoting: bool) -> LanguageModelError:
        reason = str(error.error)
        if error.status_code == httpx.codes.NOT_FOUND:
            return self._address.missing(model) if "model" in reason else self._address.foreign()
        reason = reason if quoting else ""
        if error.status_code < 0:
            return self._address.failed(reason)
        return self._address.answered(error.status_code, reason)


def _without_key(request: httpx.Request) -> httpx.Request:
    # The package sends OLLAMA_API_KEY to every server; it is for one other place, and might go over plain HTTP.
    request.headers.pop("Authorization", None)
    return request
