"""The server itself: takes requests, checks and records them, and answers by its script."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ValidationError

from tests.wires.ollama.models import VERSION, WHEN, InstalledModel, description, summary
from tests.wires.ollama.replies import Ending, Reply
from tests.wires.ollama.requests import ChatRequest, ShowRequest
from tests.wires.ollama.schemas import generate, mistakes_in
from tests.wires.ollama.streaming import TOKEN_CHARACTERS, Speech, drop, speak

Script = Callable[[ChatRequest], Reply] | Iterable[Reply]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the machine is: seconds to load a model and to the first token, tokens a second, replies at once."""

    load_s: float = 0.0
    first_token_s: float = 0.0
    tokens_per_second: float = math.inf
    parallel: int = 1_000


@dataclass(slots=True)
class Asked:
    """A completion that was asked for and fitted. `over` is set at its end; `left`: the client went away before.

    `last_token_at` is when its last token was out, by the loop's clock.
    """

    body: ChatRequest
    headers: dict[str, str]
    client: tuple[str, int]
    left: bool = False
    last_token_at: float = math.nan
    over: asyncio.Event = field(default_factory=asyncio.Event)


class OllamaServer:
    """See the package's own words at the top of `__init__.py`."""

    def __init__(
        self,
        reply: Script = (),
        models: Iterable[InstalledModel] = (InstalledModel(),),
        pace: Pace = Pace(),
        port: int = 0,
    ) -> None:
        self.reply = reply
        self.models = {model.name: model for model in models}
        self.pace = pace
        self.port = port
        self.instead: dict[str, Reply] = {}
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.chats: list[Asked] = []
        self.loads: list[ChatRequest] = []
        self.mistakes: list[str] = []
        self.running = self.most_at_once = 0
        self.loaded: set[str] = set()
        self._came = asyncio.Event()
        self._told: dict[str, Any] = {}
        self._num_ctx = 0
        self._places = asyncio.Semaphore(pace.parallel)
        self._runner: web.AppRunner | None = None

    @property
    def reply(self) -> Callable[[ChatRequest], Reply]:
        return self._reply

    @reply.setter
    def reply(self, script: Script) -> None:
        replies = iter(()) if callable(script) else iter(script)
        self._reply = script if callable(script) else lambda _: next(replies, Reply())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self.stop()
        assert kind is not None or not self.mistakes, self.mistakes

    async def chat(self, number: int) -> Asked:
        """That completion, counted from 0, as soon as it is asked for."""
        while len(self.chats) <= number:
            self._came.clear()
            await self._came.wait()
        return self.chats[number]

    def tells(self, **changes: Any) -> None:
        """From now on /api/show tells this of every model, whatever is true."""
        self._told = changes

    async def start(self) -> None:
        """Begin to listen, at the same port as before."""
        app = web.Application(middlewares=[self._watch], client_max_size=16_000_000)
        app.add_routes([web.post("/api/chat", self._chat), web.post("/api/show", self._show)])
        app.add_routes([web.get("/api/tags", self._tags), web.get("/api/ps", self._ps)])
        app.add_routes([web.get("/api/version", self._version)])
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Be gone: open connections are closed, new ones refused, and nothing is loaded any more."""
        runner, self._runner = self._runner, None
        self.loaded.clear()
        if runner is not None:
            await runner.cleanup()

    @web.middleware
    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.paths.append(request.path)
        self.headers.append(_headers(request))
        try:
            if request.path in self.instead:
                return await _instead(request, self.instead[request.path])
            return await handler(request)
        except _BadRequestError as error:
            self.mistakes.append(f"{request.path}: {error}")
            return web.json_response({"error": str(error)}, status=400)
        except web.HTTPException as error:
            self.mistakes.append(f"{request.method} {request.path}: {error.status}")
            raise
        except ConnectionResetError:  # the client has left, which is no mistake, and nobody reads this
            return web.Response(status=499)

    async def _version(self, _: web.Request) -> web.Response:
        return web.json_response({"version": VERSION})

    async def _tags(self, _: web.Request) -> web.Response:
        return web.json_response({"models": [summary(model) for model in self.models.values()]})

    async def _ps(self, _: web.Request) -> web.Response:
        extras = {"expires_at": WHEN, "size_vram": 5_333_539_264, "context_length": self._num_ctx}
        loaded = (summary(self.models[name]) | extras for name in sorted(self.loaded))
        return web.json_response({"models": [{k: v for k, v in one.items() if k != "modified_at"} for one in loaded]})

    async def _show(self, request: web.Request) -> web.Response:
        model = self._model((await _read(request, ShowRequest)).model)
        return web.json_response(description(model) | self._told) if model else _missing(await request.json())

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await _read(request, ChatRequest)
        model = self._model(body.model)
        if model is None:
            return _missing(await request.json())
        self._check(body, model)
        if not body.messages:
            return await self._load_only(body)
        asked = Asked(body, _headers(request), _client(request))
        self.chats.append(asked)
        self._came.set()
        with self._counted(asked):
            async with self._places:
                return await self._answer(request, asked, model)

    def _model(self, name: str) -> InstalledModel | None:
        return self.models.get(name) or self.models.get(f"{name}:latest")

    def _check(self, body: ChatRequest, model: InstalledModel) -> None:
        self._num_ctx = self._num_ctx or body.options.num_ctx
        if body.options.num_ctx != self._num_ctx:
            raise _BadRequestError("another num_ctx than before: the model would be loaded anew")
        if body.think is not None and "thinking" not in model.capabilities:
            raise _BadRequestError(f'"{model.name}" does not support thinking')
        if body.format is not None:
            for mistake in mistakes_in(body.format):
                raise _BadRequestError(mistake)
        tokens = (len(body.system) + len(body.user)) / TOKEN_CHARACTERS + (body.options.num_predict or 0)
        if tokens > body.options.num_ctx:
            raise _BadRequestError("longer than num_ctx: the prompt would be cut without a word")

    async def _load_only(self, body: ChatRequest) -> web.Response:
        self.loads.append(body)
        await self._load(body.model)
        empty = {"role": "assistant", "content": ""}
        start = {"model": body.model, "created_at": WHEN, "message": empty}
        return web.json_response(start | {"done_reason": "load", "done": True})

    async def _load(self, name: str) -> None:
        if name not in self.loaded:
            await asyncio.sleep(self.pace.load_s)
            self.loaded.add(name)

    @contextmanager
    def _counted(self, asked: Asked) -> Iterator[None]:
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            yield
        except (asyncio.CancelledError, ConnectionResetError):
            asked.left = True
            raise
        finally:
            self.running -= 1
            asked.over.set()

    async def _answer(self, request: web.Request, asked: Asked, model: InstalledModel) -> web.StreamResponse:
        reply = self.reply(asked.body)
        if reply.status != 200:
            return web.json_response({"error": reply.error}, status=reply.status, headers=reply.headers)
        await self._load(asked.body.model)
        return await speak(request, self._speech(reply, asked, model))

    def _speech(self, reply: Reply, asked: Asked, model: InstalledModel) -> Speech:
        body = asked.body
        return Speech(
            model=body.model,
            reply=reply,
            text=generate(body.reply_schema) if reply.text is None else reply.text,
            most_tokens=body.options.num_predict or 0,
            thinks="thinking" in model.capabilities and body.think is not False,
            first_token_s=self.pace.first_token_s if reply.first_token_s is None else reply.first_token_s,
            tokens_per_second=reply.tokens_per_second or self.pace.tokens_per_second,
            ends=partial(setattr, asked, "last_token_at"),
        )


class _BadRequestError(Exception):
    """The request does not fit."""


Body = TypeVar("Body", bound=BaseModel)


async def _read(request: web.Request, kind: type[Body]) -> Body:
    if request.content_type != "application/json" or request.query_string:
        raise _BadRequestError("not plain JSON")
    try:
        return kind.model_validate_json(await request.read())
    except ValidationError as error:
        raise _BadRequestError("; ".join(f"{each['loc']}: {each['msg']}" for each in error.errors())) from None


async def _instead(request: web.Request, reply: Reply) -> web.Response:
    if reply.ending is Ending.HANG:
        await asyncio.Event().wait()
    if reply.ending is Ending.DROP:
        drop(request)
    if reply.text is None:
        return web.json_response({"error": reply.error}, status=reply.status, headers=reply.headers)
    return web.Response(text=reply.text, status=reply.status, content_type="application/json", headers=reply.headers)


def _missing(asked: dict[str, Any]) -> web.Response:
    return web.json_response({"error": f"model '{asked['model']}' not found"}, status=404)


def _headers(request: web.Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _client(request: web.Request) -> tuple[str, int]:
    address = request.transport.get_extra_info("peername") if request.transport else ("", 0)
    return address[0], address[1]
