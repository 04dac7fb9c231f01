"""A language model behind Ollama."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self, cast

import stamina

from adapters.ollama.answers import (
    Description,
    Ear,
    Inspection,
    check_end,
    described,
    remote_host,
    same_model,
)
from adapters.ollama.deadlines import Deadlines
from adapters.ollama.failures import Address, PassingError
from adapters.ollama.opening import Opening
from core.ports import ModelMissingError, PromptTooLongError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from ollama import ChatResponse

    from adapters.ollama.wire import Wire
    from core.prompts import Prompt

_RETRYING = stamina.AsyncRetryingCaller(attempts=3, timeout=None, wait_initial=0.25, wait_max=2.0, wait_jitter=0.25).on(
    PassingError
)
logging.getLogger("stamina").setLevel(logging.ERROR)  # its line says only that there was a retry, and not of what


class OllamaModel:
    """Completes prompts with one model of one server.

    The size of the context is the same in every call: another one would make the server load the model anew.
    """

    def __init__(
        self,
        base_url: str,
        name: str,
        *,
        context_tokens: int = 8192,
        keep_alive: str = "30m",
        deadlines: Deadlines = Deadlines(),  # noqa: B008 - frozen
    ) -> None:
        self._address = Address.of(base_url)
        self._name = name
        self._num_ctx = context_tokens
        self._keep_alive = _duration(keep_alive)
        self._deadlines = deadlines
        self._opening = Opening(self._address, deadlines)
        self._learning = asyncio.Lock()
        self._known: Description | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the server. Calls that still run end with ModelUnavailableError."""
        await self._opening.close()

    @property
    def name(self) -> str:
        return self._name

    @property
    def context_tokens(self) -> int:
        """What was set, or what the model was made for when that turned out to be less."""
        most = self._known.context_tokens if self._known else None
        return min(self._num_ctx, most or self._num_ctx)

    async def complete(self, prompt: Prompt) -> str:
        self._check_size(prompt)
        try:
            async with asyncio.timeout(self._deadlines.total_s):
                return await self._complete_patiently(prompt)
        except TimeoutError:
            raise self._address.slow(self._deadlines.total_s) from None
        except ModelMissingError:
            self._known = None  # what is put in its place may be another model of that name
            raise

    async def prepare(self) -> None:
        """Have the model loaded, so that the first candidate need not wait for it. Raises LanguageModelError."""
        await self._learn()
        async with self._asking(self._deadlines.total_s) as wire:
            await wire.client.chat(self._name, [], options={"num_ctx": self._num_ctx}, keep_alive=self._keep_alive)

    async def inspect(self) -> Inspection:
        """What the server says of itself and of the model. Raises LanguageModelError."""
        async with self._asking(self._deadlines.plain_s) as wire:
            version = str((await wire.ask("/api/version"))["version"])
            description = described(await wire.client.show(self._name))
            return Inspection(version, description, remote_host(await wire.ask("/api/tags"), self._name))

    def _check_size(self, prompt: Prompt) -> None:
        if prompt.room_tokens > self.context_tokens:
            room = f"{prompt.room_tokens} tokens, and there is room for {self.context_tokens}"
            raise PromptTooLongError(f"The prompt and its reply may take {room}.")

    @asynccontextmanager
    async def _asking(self, seconds: float) -> AsyncIterator[Wire]:
        """The wire, for what holds no word of a candidate."""
        wire = await self._opening.wire()
        with wire.failing(self._name):
            try:
                async with asyncio.timeout(seconds):
                    yield wire
            except TimeoutError:
                raise self._address.silent(seconds) from None

    async def _learn(self) -> Description:
        async with self._learning:
            if self._known is None:
                async with self._asking(self._deadlines.plain_s) as wire:
                    self._known = described(await wire.client.show(self._name))
            return self._known

    async def _complete_patiently(self, prompt: Prompt) -> str:
        """Complete it with retries, for which what counts them is set up only when the first try has failed."""
        try:
            return await self._complete_once(prompt)
        except PassingError as error:
            return await _RETRYING(self._complete_after, [error], prompt)

    async def _complete_after(self, failed: list[PassingError], prompt: Prompt) -> str:
        if failed:
            raise failed.pop()  # which counts as a try
        return await self._complete_once(prompt)

    async def _complete_once(self, prompt: Prompt) -> str:
        known = await self._learn()
        self._check_size(prompt)
        wire = await self._opening.wire()
        ear = Ear(self._deadlines.first_token_s, prompt.max_tokens)
        with wire.failing(self._name, lambda: ear.has_heard):
            try:
                reply = await wire.client.chat(**self._request(prompt, thinks=known.thinks), stream=True)
                text, last = await ear.listen(cast("AsyncGenerator[ChatResponse, None]", reply))
            except TimeoutError:
                raise self._address.silent(self._deadlines.first_token_s) from None
        check_end(text, last)
        if not same_model(self._name, last.model):
            raise self._address.other_model(self._name)
        self._check_count(prompt, last.prompt_eval_count or 0)
        return text

    def _check_count(self, prompt: Prompt, counted: int) -> None:
        # Only long gibberish has more tokens than were estimated. The server cuts it silently: the count gives it away.
        if counted + prompt.max_tokens > self.context_tokens:
            raise PromptTooLongError(f"The prompt turned out to have {counted} tokens, and may have been cut.")

    def _request(self, prompt: Prompt, *, thinks: bool) -> dict[str, Any]:
        options = {"num_ctx": self._num_ctx, "num_predict": prompt.max_tokens, "temperature": prompt.temperature}
        said = (("system", prompt.system), ("user", prompt.user))
        return {
            "model": self._name,
            "messages": [{"role": role, "content": _sendable(content)} for role, content in said],
            "format": dict(prompt.schema),
            "options": options,
            "keep_alive": self._keep_alive,
            "think": False if thinks else None,
        }


def _duration(keep_alive: str) -> str | float:
    """A plain number is in seconds; as text it would be refused."""
    try:
        return float(keep_alive)
    except ValueError:
        return keep_alive


def _sendable(text: str) -> str:
    # Half a character, which some platforms let through, could not be sent at all.
    return text.encode("utf-8", "replace").decode("utf-8")
