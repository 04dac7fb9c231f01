"""Parts of a reply that came at once are read as one, and say what they said one by one."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ollama import ChatResponse

from adapters.ollama import OllamaModel
from adapters.ollama.answers import Ear, together
from tests.adapters.ollama.conftest import a_prompt
from tests.wires.ollama import OllamaServer, Reply

TEXTS = st.lists(st.text(max_size=6), min_size=1, max_size=12)


def part(text: str, **changes: Any) -> dict[str, Any]:
    said = {"role": "assistant", "content": text}
    return {"model": "llama3.1:8b", "created_at": f"2026-{len(text)}", "message": said, "done": False} | changes


def lines(parts: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in parts)


def read(data: bytes) -> list[ChatResponse]:
    return [ChatResponse(**json.loads(line)) for line in data.split(b"\n") if line]


@given(TEXTS, st.lists(st.integers(min_value=0, max_value=2_000), max_size=4))
def test_a_reply_is_the_same_however_it_is_cut_into_pieces(texts: list[str], cuts: list[int]) -> None:
    end = part("", done=True, done_reason="stop", prompt_eval_count=26)
    data = lines([*map(part, texts), end])
    places = sorted({0, *(cut % len(data) for cut in cuts), len(data)})
    pieces = [data[a:b] for a, b in pairwise(places)]
    heard = read(b"".join(map(together, pieces)))
    assert "".join(one.message.content or "" for one in heard) == "".join(texts)
    assert heard[-1].done_reason == "stop"
    assert heard[-1].prompt_eval_count == 26
    assert heard[-1].model == "llama3.1:8b"


async def test_a_model_reads_what_came_at_once_at_once(server: OllamaServer, model: OllamaModel) -> None:
    server.reply = [Reply("a" * 400)]
    heard: list[ChatResponse] = []
    listen = Ear.listen

    async def noting(self: Ear, parts: AsyncGenerator[ChatResponse, None]) -> tuple[str, ChatResponse]:
        async def noted() -> AsyncGenerator[ChatResponse, None]:
            async for one in parts:
                heard.append(one)
                yield one

        return await listen(self, noted())

    with patch.object(Ear, "listen", noting):
        assert await model.complete(a_prompt()) == "a" * 400
    assert len(heard) < 40


def test_what_came_at_once_is_one_part_behind_the_first_line() -> None:
    texts = [f"{number} " for number in range(80)]
    heard = read(together(lines([*map(part, texts), part("", done=True, done_reason="stop")])))
    assert [one.message.content for one in heard] == ["0 ", "".join(texts[1:]), ""]


@pytest.mark.parametrize(
    "odd",
    [
        {"error": "no quokka was found"},
        {"model": "llama3.1:70b"},
        {"done": True, "done_reason": "length"},
        {"message": {"role": "assistant", "content": "b", "thinking": "aloud"}},
        {"message": {"role": "tool", "content": "b"}},
    ],
)
def test_a_part_that_says_more_than_words_stays_by_itself(odd: dict[str, Any]) -> None:
    parts = [part("a"), part("a"), part("a"), part("b", **odd), part("c"), part("c"), part("c")]
    heard = [json.loads(line) for line in together(lines(parts)).splitlines()]
    assert [one["message"]["content"] for one in heard] == ["a", "aa", "b", "ccc"]
    assert {**heard[2], "created_at": ""} == {**parts[3], "created_at": ""}


@pytest.mark.parametrize(
    "odd",
    [
        b"<html>",
        b"",
        b"null",
        b"[]",
        b'"quokka"',
        b"{}",
        b"\xff\xfe\x00",
        b'{"message": ',
        lines([part("one line two")]).strip().replace(b"line ", b"line\n"),
        b'{"message": {"role": "assistant", "content": "b"}\n"done": true, "done_reason": "stop"}',
        b"[" * 200_000,
        b"9" * 5_000,
        json.dumps(part("", message="quokka")).encode(),
        json.dumps(part("", message={"role": "assistant"})).encode(),
        json.dumps(part("", message={"role": "assistant", "content": 7})).encode(),
    ],
)
def test_what_is_no_part_stays_as_it_is_with_all_that_came_with_it(odd: bytes) -> None:
    piece = lines([part("a"), part("b"), part("c")]) + odd + b"\n" + lines([part("d")])
    assert together(piece) == piece


@pytest.mark.parametrize("piece", [b"", b"\n", b"\n\n", b"a", b'{"model":', b"}\n", b'}\n{"model"'])
def test_a_piece_without_a_whole_line_stays_as_it_is(piece: bytes) -> None:
    assert together(piece) == piece
