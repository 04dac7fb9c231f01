"""Where what came with a message is fetched from: by links that are signed, expire, and need no token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from tests.wires.discord.faults import Fault
from tests.wires.discord.world import Attached, Message, Wire, snowflake

PATH = "/attachments"
_GONE = "This content is no longer available."


class Host(Protocol):
    """The server, as far as its files know it."""

    port: int
    faults: list[Fault]
    mistakes: list[str]


@dataclass(slots=True)
class Sound(Attached):
    """A file that a person sends. `size` and `url` lie where they are given; `sent` is all that comes of it."""

    cdn: Cdn
    content: bytes
    name: str = "voice-message.ogg"
    content_type: str | None = "audio/ogg"
    seconds: float | None = None
    waveform: str | None = None
    size: int | None = None
    url: str | None = None
    leads_to: str | None = None
    """An address that whoever asks for it is sent on to."""
    sent: int | None = None
    chunked: bool = False
    id: str = field(default_factory=snowflake)

    def wire(self, message: Message) -> Wire:
        url = self.url or self.cdn.sign(f"/{message.channel.id}/{self.id}/{self.name}", self)
        shown: Wire = {"id": self.id, "filename": self.name, "url": url, "proxy_url": url}
        shown["size"] = len(self.content) if self.size is None else self.size
        more = {"content_type": self.content_type, "duration_secs": self.seconds, "waveform": self.waveform}
        return shown | {name: value for name, value in more.items() if value is not None}


class Cdn:
    def __init__(self, host: Host) -> None:
        self._host = host
        self._known: dict[str, Sound] = {}
        self._valid = 0
        self.asked: list[tuple[str, int]] = []
        """Every path that was asked for, and the status it was answered with."""
        self.connections: set[object] = set()
        """Every connection by which something was asked for."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._host.port}{PATH}"

    def sign(self, path: str, sound: Sound) -> str:
        """A link to it, for as long as nothing expires."""
        self._known[path] = sound
        return f"{self.url}{path}?ex=6a&is=69&hm={self._valid:04x}&"

    def expire(self) -> None:
        """No link that was given so far is valid any more."""
        self._valid += 1

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{PATH}/{{path:.+}}", self._serve)]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            self.connections.add(request.transport.get_extra_info("peername"))
        fault = next((fault for fault in self._host.faults if fault.fits(request)), None)
        instead = await fault.answer(request) if fault else None
        answer = await self._answer(request) if instead is None else instead
        self.asked.append((request.path, answer.status))
        return answer

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if "Authorization" in request.headers:
            self._host.mistakes.append("the token was told to where files are")
        sound = self._known.get(request.path.removeprefix(PATH))
        if sound is None or request.query.get("hm") != f"{self._valid:04x}":
            return web.Response(status=404, text=_GONE)
        if sound.leads_to is not None:
            return web.Response(status=302, headers={"Location": sound.leads_to})
        return await _streamed(request, sound)


async def _streamed(request: web.Request, sound: Sound) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": sound.content_type or "application/octet-stream"})
    if not sound.chunked:
        response.content_length = len(sound.content)
    await response.prepare(request)
    part = sound.content if sound.sent is None else sound.content[: sound.sent]
    await response.write(part)
    if sound.sent is not None and request.transport is not None:
        request.transport.close()
    return response
