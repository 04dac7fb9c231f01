"""The loopback Discord as a process of its own: prints its address, and serves until it is interrupted.

One candidate lives on it. Each line of the input is one thing that the candidate does, as JSON:
{"write": "…"}, {"speak": "note.ogg", "seconds": 4.0}, {"give": "interview start", "options": {"role": "…"}} or
{"press": "Skip"}, which is about the newest message with such a button. Each message of the bot to the candidate is
printed as one line of JSON, and again when it has changed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from tests.wires.discord import DiscordServer, User


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.wires.discord", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default="made.up.token")
    return parser.parse_args()


async def _act(server: DiscordServer, candidate: User, action: dict[str, Any]) -> None:
    await server.connected()
    if "write" in action:
        await server.writes(candidate, action["write"])
    elif "speak" in action:
        sound = await asyncio.to_thread(Path(action["speak"]).read_bytes)
        await server.speaks(candidate, sound, seconds=action.get("seconds", 4.0))
    elif "give" in action:
        await server.gives(candidate, action["give"], **action.get("options", {}))
    else:
        label = action["press"]
        said = server.said_in(server.world.direct(candidate))
        await server.presses(candidate, next(one for one in reversed(said) if label in one.buttons), label)


async def _listen(server: DiscordServer, candidate: User) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        await _act(server, candidate, json.loads(line))


async def _report(server: DiscordServer, candidate: User) -> None:
    told: dict[str, str] = {}
    while True:
        for message in server.said_in(server.world.direct(candidate)):
            files = [name for name, _ in message.files.values()]
            line = json.dumps({"text": message.text, "buttons": list(message.buttons), "files": files})
            if told.get(message.id) != line:
                told[message.id] = line
                _print(line)
        await server.next_change()


async def _serve(server: DiscordServer) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await server.start()
    candidate = server.world.user("candidate")
    _print(server.url)
    tasks = [asyncio.create_task(work(server, candidate)) for work in (_listen, _report)]
    await ended.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await server.stop()


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - whoever started it reads along


given = _arguments()
server = DiscordServer(given.token, given.port)
asyncio.run(_serve(server))
for mistake in server.mistakes:
    print(mistake, file=sys.stderr)  # noqa: T201 - this is a program
sys.exit(bool(server.mistakes))
