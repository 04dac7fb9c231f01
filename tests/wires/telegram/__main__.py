"""The loopback Bot API as a process of its own, with one person whose words come from the input.

Prints its address, then a JSON object for each message of the bot: {"text": …, "buttons": [labels]}, one with a file
as {"file": [name, text], "buttons": …}, a voice message as {"voice": seconds, "text": caption, "buttons": …}. A line of
input is a message; a line like [Skip] presses that button, one like <answer.ogg> sends that file as a voice note. It
serves until it is interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.wires.telegram import TOKEN, Person, TelegramServer, buttons_of


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.wires.telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default=TOKEN)
    return parser.parse_args()


def _shown(person: Person, message: dict[str, Any]) -> dict[str, Any]:
    if "document" in message:
        return {"file": person.opens(message)}
    if "voice" in message:
        return {"voice": message["voice"]["duration"], "text": message.get("caption", "")}
    return {"text": message["text"]}


async def _listen(person: Person) -> None:
    while True:
        with suppress(TimeoutError):
            message = await person.hears()
            said = _shown(person, message) | {"buttons": list(buttons_of(message))}
            print(json.dumps(said, ensure_ascii=False), flush=True)  # noqa: T201 - this is a program


async def _speak(person: Person) -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        words = line.strip()
        if words.startswith("[") and words.endswith("]"):
            person.presses(words[1:-1])
        elif words.startswith("<") and words.endswith(">"):
            person.speaks(await asyncio.to_thread(Path(words[1:-1]).read_bytes))
        elif words:
            person.writes(words)


async def _serve(server: TelegramServer) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await server.start()
    print(server.url, flush=True)  # noqa: T201 - whoever started it waits for the address
    person = Person(server)
    tasks = [asyncio.create_task(_listen(person)), asyncio.create_task(_speak(person))]
    await ended.wait()
    for task in tasks:
        task.cancel()
    await server.stop()


given = _arguments()
server = TelegramServer(given.port, given.token)
asyncio.run(_serve(server))
for mistake in server.mistakes:
    print(mistake, file=sys.stderr)  # noqa: T201 - this is a program
sys.exit(bool(server.mistakes))
