"""What every language model promises, run over the scripted and the real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Protocol

import pytest
import stamina

from adapters.ollama import OllamaModel
from core.ports import (
    CutReplyError,
    LanguageModel,
    LanguageModelError,
    ModelMissingError,
    ModelUnavailableError,
    PromptTooLongError,
)
from core.prompts import Prompt
from tests.core.models import ScriptedModel
from tests.wires.ollama import ChatRequest, Ending, OllamaServer, Reply

SCHEMA = {
    "type": "object",
    "properties": {"said": {"type": "string", "maxLength": 400}},
    "required": ["said"],
    "additionalProperties": False,
}
PROMPT = Prompt("try", "You reply.", '{"answer": "quokka"}', SCHEMA, 0.0, 200)
Saying = Callable[[str], str | type[LanguageModelError]]
FAILURES = [CutReplyError, ModelMissingError, ModelUnavailableError]


class Stage(Protocol):
    """A model, and what stands behind it."""

    @property
    def model(self) -> LanguageModel:
        """The model on trial."""

    def says(self, saying: Saying) -> None:
        """What is replied to a user message, or how that fails."""

    def falls_silent(self) -> None:
        """Calls from now on hang."""

    @property
    def asked(self) -> list[str]:
        """The user messages so far."""


class ScriptedStage:
    def __init__(self) -> None:
        self.model = ScriptedModel([])

    def says(self, saying: Saying) -> None:
        self.model.door.set()
        self.model.script = lambda prompt: self._said(saying(prompt.user))

    @staticmethod
    def _said(said: str | type[LanguageModelError]) -> str | LanguageModelError:
        return said if isinstance(said, str) else said("It failed.")

    def falls_silent(self) -> None:
        self.model.door.clear()

    @property
    def asked(self) -> list[str]:
        return [prompt.user for prompt in self.model.prompts]


REPLIES: dict[type[LanguageModelError], Reply] = {
    CutReplyError: Reply("{}", Ending.CUT),
    ModelMissingError: Reply(status=404, error="model 'llama3.1:8b' not found"),
    ModelUnavailableError: Reply(status=500),
}


class OllamaStage:
    def __init__(self, server: OllamaServer, model: OllamaModel) -> None:
        self.server = server
        self.model = model

    def says(self, saying: Saying) -> None:
        self.server.reply = lambda request: self._reply(saying, request)

    def _reply(self, saying: Saying, request: ChatRequest) -> Reply:
        said = saying(request.user)
        return Reply(said) if isinstance(said, str) else REPLIES[said]

    def falls_silent(self) -> None:
        self.server.reply = lambda _: Reply(ending=Ending.HANG, after=0)

    @property
    def asked(self) -> list[str]:
        return [asked.body.user for asked in self.server.chats]


@pytest.fixture(params=["scripted", "ollama"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    if request.param == "scripted":
        yield ScriptedStage()
        return
    with stamina.set_testing(True, attempts=3):
        async with OllamaServer() as server, OllamaModel(server.url, "llama3.1:8b") as model:
            yield OllamaStage(server, model)


async def asked(stage: Stage, calls: int) -> None:
    async with asyncio.timeout(5):
        while len(stage.asked) < calls:  # noqa: ASYNC110 - the two are told of a call in different ways
            await asyncio.sleep(0.001)


def test_it_has_a_name_and_a_size(stage: Stage) -> None:
    assert stage.model.name
    assert stage.model.context_tokens > 0


@pytest.mark.parametrize("reply", ['{"said": "well"}', "prose", "{", " zwölf 十二 \u202e\n\t\U0001f600 ", '"' * 200])
async def test_a_reply_comes_whole_and_as_it_is(stage: Stage, reply: str) -> None:
    stage.says(lambda _: reply)
    assert await stage.model.complete(PROMPT) == reply


async def test_a_prompt_that_does_not_fit_is_not_sent(stage: Stage) -> None:
    stage.says(lambda _: "fits")
    letters = 3 * (stage.model.context_tokens - PROMPT.room_tokens)
    largest = replace(PROMPT, user=PROMPT.user + "a" * letters)
    assert await stage.model.complete(largest) == "fits"
    with pytest.raises(PromptTooLongError):
        await stage.model.complete(replace(largest, user=largest.user + "aaa"))
    assert stage.asked == [largest.user]


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_failure_is_said_in_one_sentence_and_is_over(stage: Stage, failure: type[LanguageModelError]) -> None:
    stage.says(lambda _: failure)
    with pytest.raises(failure) as caught:
        await stage.model.complete(PROMPT)
    assert str(caught.value).endswith(".")
    assert "quokka" not in str(caught.value)
    stage.says(lambda _: "back")
    assert await stage.model.complete(PROMPT) == "back"


async def test_calls_at_once_each_get_their_own_reply(stage: Stage) -> None:
    stage.says(lambda user: user[::-1])
    prompts = [replace(PROMPT, user=f"candidate {number}") for number in range(20)]
    replies = await asyncio.gather(*(stage.model.complete(prompt) for prompt in prompts))
    assert replies == [prompt.user[::-1] for prompt in prompts]


async def test_a_cancelled_call_ends_at_once_and_leaves_the_others_alone(stage: Stage) -> None:
    stage.falls_silent()
    call = asyncio.create_task(stage.model.complete(PROMPT))
    await asked(stage, 1)
    call.cancel()
    done, _ = await asyncio.wait([call], timeout=1)
    assert done
    assert call.cancelled()
    stage.says(lambda _: "next")
    assert await stage.model.complete(PROMPT) == "next"
