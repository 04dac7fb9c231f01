"""The loopback Ollama as a process of its own: prints its address, and serves until it is interrupted."""

from __future__ import annotations

import argparse
import asyncio
import math
import signal
import sys

from tests.wires.ollama import Ending, InstalledModel, OllamaServer, Pace, Reply

REPLIES = {
    "generated": Reply(),
    "prose": Reply("It was fine, I guess."),
    "silent": Reply(ending=Ending.HANG, after=0),
    "hanging": Reply(ending=Ending.HANG, after=3),
    "cut": Reply(ending=Ending.CUT, after=3),
    "length": Reply(ending=Ending.LENGTH, after=3),
    "dropped": Reply(ending=Ending.DROP, after=3),
    "failing": Reply(status=500, error="llama runner process has terminated: exit status 2"),
    "busy": Reply(status=503, error="server busy, please try again.  maximum pending requests exceeded"),
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.wires.ollama", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--model", default="llama3.1:8b")
    parser.add_argument("--context-length", type=int, default=131_072)
    parser.add_argument("--thinking", action="store_true", help="the model can think")
    parser.add_argument("--load-seconds", type=float, default=0.0)
    parser.add_argument("--first-token-seconds", type=float, default=0.0)
    parser.add_argument("--tokens-per-second", type=float, default=math.inf)
    parser.add_argument("--parallel", type=int, default=1_000, help="replies at once; others wait")
    parser.add_argument("--reply", choices=sorted(REPLIES), default="generated", help="what every call is answered")
    return parser.parse_args()


def _server(given: argparse.Namespace) -> OllamaServer:
    can = ("completion", "thinking") if given.thinking else ("completion",)
    return OllamaServer(
        reply=lambda _: REPLIES[given.reply],
        models=[InstalledModel(given.model, can, given.context_length)],
        pace=Pace(given.load_seconds, given.first_token_seconds, given.tokens_per_second, given.parallel),
        port=given.port,
    )


async def _serve(server: OllamaServer) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await server.start()
    print(server.url, flush=True)  # noqa: T201 - whoever started it waits for the address
    await ended.wait()
    await server.stop()


server = _server(_arguments())
asyncio.run(_serve(server))
for mistake in server.mistakes:
    print(mistake, file=sys.stderr)  # noqa: T201 - this is a program
sys.exit(bool(server.mistakes))
