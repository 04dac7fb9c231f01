"""The gateway: hello, identify, ready, heartbeats, resume, and everything that may go wrong between."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import zlib
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from tests.wires.discord.world import Guild, User, Wire, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 2, 6, 7, 9, 10, 11
BAD_TOKEN, ALREADY_IDENTIFIED, DISALLOWED_INTENTS, BAD_PAYLOAD, NOT_IDENTIFIED = 4004, 4005, 4014, 4002, 4003
INVALID_SHARD = 4010
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES, DIRECT_TYPING = 1, 1 << 9, 1 << 12, 1 << 14


class Host(Protocol):
    """The server, as far as the gateway knows it."""

    world: World
    token: str
    heartbeat_ms: int
    mistakes: list[str]

    @property
    def gateway_url(self) -> str: ...

    def changed(self) -> None: ...


@dataclass(slots=True)
class Session:
    intents: int
    shard: int = 0
    shards: int = 1
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    sequence: int = 0
    events: list[Wire] = field(default_factory=list)
    """Everything that was dispatched, for whoever resumes."""
    wire: Connection | None = None
    valid: bool = True

    def holds(self, guild: str | None) -> bool:
        """Whether what happens in a server comes here; what happens in none comes to the first shard."""
        return (int(guild or 0) >> 22) % self.shards == self.shard

    async def dispatch(self, name: str, content: Wire) -> None:
        self.sequence += 1
        event = {"op": DISPATCH, "t": name, "s": self.sequence, "d": content}
        self.events.append(event)
        if self.wire is not None:
            await self.wire.send(event)


class Connection:
    """One websocket, which speaks as it was asked to: plain JSON, or one zlib stream."""

    def __init__(self, socket: web.WebSocketResponse, *, compressed: bool) -> None:
        self.socket = socket
        self.heartbeats = 0
        self._compressor = zlib.compressobj() if compressed else None

    async def send(self, payload: Wire) -> None:
        text = json.dumps(payload)
        with contextlib.suppress(ConnectionError, RuntimeError):  # it may have gone away
            if self._compressor is None:
                await self.socket.send_str(text)
                return
            packed = self._compressor.compress(text.encode()) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
            half = len(packed) // 2 if len(packed) > 1024 else len(packed)
            for part in filter(None, (packed[:half], packed[half:])):
                await self.socket.send_bytes(part)


class Gateway:
    def __init__(self, host: Host) -> None:
        self._host = host
        self.sessions: dict[str, Session] = {}
        self.identified: list[Wire] = []
        self.resumed: list[Wire] = []
        self.connections: list[Connection] = []
        self.refuse_resumes = False
        self.silent_shards: set[int] = set()
        """Who resumes these hears nothing."""
        self.acknowledges = True
        self.ready = asyncio.Event()
        """Set while a session is connected."""

    async def dispatch(self, name: str, content: Wire, intent: int = 0) -> None:
        """Tell every session that asked for such events and whose shard they belong to."""
        for session in list(self.sessions.values()):
            wanted = not intent or session.intents & intent
            if session.valid and wanted and session.holds(content.get("guild_id")):
                await session.dispatch(name, content)

    async def drop(self, code: int = 4000) -> None:
        """Close the connection; the session can be resumed."""
        self.ready.clear()
        for connection in list(self.connections):
            await connection.socket.close(code=code)

    async def drop_shard(self, shard: int) -> None:
        """Close the connection of one shard only; its session can be resumed."""
        for session in self.sessions.values():
            if session.shard == shard and session.wire is not None:
                await session.wire.socket.close(code=4000)

    async def reconnect(self) -> None:
        """Ask the bot to connect anew."""
        self.ready.clear()
        for connection in list(self.connections):
            await connection.send({"op": RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Tell the bot that its session is over."""
        self.ready.clear()
        for session in self.sessions.values():
            session.valid = resumable
        for connection in list(self.connections):
            await connection.send({"op": INVALID_SESSION, "d": resumable})

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        if request.query.get("v") != "10" or request.query.get("encoding") != "json":
            self._host.mistakes.append(f"gateway: {request.query_string}")
        compress = request.query.get("compress")
        if compress not in {None, "zlib-stream"}:
            self._host.mistakes.append(f"gateway: compress={compress}")
        socket = web.WebSocketResponse(max_msg_size=4096, timeout=0.2)
        await socket.prepare(request)
        connection = Connection(socket, compressed=compress is not None)
        self.connections.append(connection)
        try:
            await connection.send({"op": HELLO, "d": {"heartbeat_interval": self._host.heartbeat_ms}})
            await self._listen(connection)
        finally:
            self.connections.remove(connection)
            if not self.connections:
                self.ready.clear()
            for session in self.sessions.values():
                if session.wire is connection:
                    session.wire = None
        return socket

    async def _listen(self, connection: Connection) -> None:
        session: Session | None = None
        async for frame in connection.socket:
            if frame.type is not WSMsgType.TEXT:
                await connection.socket.close(code=BAD_PAYLOAD)
                return
            payload = json.loads(frame.data)
            if payload["op"] == HEARTBEAT:
                connection.heartbeats += 1
                if self.acknowledges:
                    await connection.send({"op": HEARTBEAT_ACK, "d": None})
            elif payload["op"] == IDENTIFY and session is None:
                session = await self._identify(connection, payload["d"])
            elif payload["op"] == RESUME and session is None:
                session = await self._resume(connection, payload["d"])
            else:
                self._host.mistakes.append(f"gateway: op {payload['op']}")
                await connection.socket.close(code=NOT_IDENTIFIED if session is None else ALREADY_IDENTIFIED)

    async def _identify(self, connection: Connection, asked: Wire) -> Session | None:
        self.identified.append(asked)
        if asked["token"] != self._host.token:
            await connection.socket.close(code=BAD_TOKEN)
            return None
        if asked["intents"] & PRIVILEGED:
            await connection.socket.close(code=DISALLOWED_INTENTS)
            return None
        if not {"os", "browser", "device"} <= asked["properties"].keys():
            self._host.mistakes.append("gateway: properties are missing")
        shard, shards = asked.get("shard", (0, 1))
        if not 0 <= shard < shards:
            await connection.socket.close(code=INVALID_SHARD)
            return None
        session = Session(asked["intents"], shard, shards, wire=connection)
        self.sessions[session.id] = session
        await session.dispatch("READY", self._ready(session, asked))
        for guild in self._present(session):
            bot = self._host.world.bot
            await session.dispatch("GUILD_CREATE", guild.wire(bot, self._host.world.threads(guild)))
        self.ready.set()
        self._host.changed()
        return session

    def _present(self, session: Session) -> list[Guild]:
        return [one for one in self._host.world.guilds.values() if one.has_bot and session.holds(one.id)]

    def _ready(self, session: Session, asked: Wire) -> Wire:
        world = self._host.world
        return {name: asked[name] for name in asked.keys() & {"shard"}} | {
            "v": 10,
            "user": bot_user(world.bot),
            "guilds": [{"id": guild.id, "unavailable": True} for guild in self._present(session)],
            "session_id": session.id,
            "resume_gateway_url": self._host.gateway_url,
            "session_type": "normal",
            "private_channels": [],
            "relationships": [],
            "user_settings": {},
            "application": {"id": world.bot.id, "flags": 0},
        }

    async def _resume(self, connection: Connection, asked: Wire) -> Session | None:
        self.resumed.append(asked)
        session = self.sessions.get(asked["session_id"])
        if asked["token"] != self._host.token:
            await connection.socket.close(code=BAD_TOKEN)
            return None
        if session is None or not session.valid or self.refuse_resumes or asked["seq"] > session.sequence:
            await connection.send({"op": INVALID_SESSION, "d": False})
            return None
        if session.shard in self.silent_shards:
            return session
        for event in session.events:
            if event["s"] > asked["seq"]:
                await connection.send(event)
        session.wire = connection
        await session.dispatch("RESUMED", {})
        self.ready.set()
        return session


def bot_user(bot: User) -> dict[str, Any]:
    """How the bot sees itself."""
    return bot.wire() | {"verified": True, "mfa_enabled": False, "email": None, "locale": "en-US"}
