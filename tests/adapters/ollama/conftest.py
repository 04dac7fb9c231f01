from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
import stamina

from adapters.ollama import Deadlines, OllamaModel
from core.prompts import Prompt
from tests.wires.ollama import OllamaServer

NAME = "llama3.1:8b"
SCHEMA = {
    "type": "object",
    "properties": {
        "quote": {"type": "string", "maxLength": 120},
        "level": {"type": "integer", "minimum": 1, "maximum": 5},
    },
    "required": ["quote", "level"],
    "additionalProperties": False,
}
GENERATED = '{"quote": "These words were made up to fit.", "level": 3}'
SHORT = Deadlines(connect_s=0.5, plain_s=0.2, first_token_s=0.2, total_s=0.4)


def a_prompt(user: str = '{"answer": "quokka"}', max_tokens: int = 160, temperature: float = 0.2) -> Prompt:
    return Prompt("consider", "You listen.", user, SCHEMA, temperature, max_tokens)


@pytest.fixture(autouse=True)
def no_pauses() -> Iterator[None]:
    """Retries without the pauses between them."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
async def server() -> AsyncIterator[OllamaServer]:
    async with OllamaServer() as server:
        yield server


@pytest.fixture
async def model(server: OllamaServer) -> AsyncIterator[OllamaModel]:
    async with OllamaModel(server.url, NAME) as model:
        yield model


@pytest.fixture
async def hasty(server: OllamaServer) -> AsyncIterator[OllamaModel]:
    """With short deadlines; the client is there already, so that importing it takes none of their time."""
    async with OllamaModel(server.url, NAME, deadlines=SHORT) as model:
        await model.prepare()
        yield model


@asynccontextmanager
async def raw_server(answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]) -> AsyncIterator[str]:
    """A server that answers bytes of its own, at the address that is given."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer(reader, writer)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        host, port = listening.sockets[0].getsockname()
        yield f"http://{host}:{port}"
