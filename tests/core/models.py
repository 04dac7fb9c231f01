"""A language model for tests, which says what it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from core.ports import LanguageModelError, PromptTooLongError
from core.prompts import Prompt

Said = str | LanguageModelError
Script = Callable[[Prompt], Said] | Iterable[Said]


class ScriptedModel:
    """Replies by its script: a callable, or a list that is used up; an error in it is raised.

    `prompts` holds what was asked, in order; `door` holds every call until it is opened; `running` counts the calls
    that are under way.
    """

    def __init__(self, script: Script, name: str = "scripted", context_tokens: int = 8192) -> None:
        self.script = script
        self.name = name
        self.context_tokens = context_tokens
        self.prompts: list[Prompt] = []
        self.running = 0
        self.door = asyncio.Event()
        self.door.set()

    @property
    def script(self) -> Callable[[Prompt], Said]:
        return self._script

    @script.setter
    def script(self, script: Script) -> None:
        said = iter(()) if callable(script) else iter(script)
        self._script = script if callable(script) else lambda _: next(said)

    async def complete(self, prompt: Prompt) -> str:
        if prompt.room_tokens > self.context_tokens:
            raise PromptTooLongError("The prompt does not fit.")
        self.prompts.append(prompt)
        self.running += 1
        try:
            await self.door.wait()
            await asyncio.sleep(0)
        finally:
            self.running -= 1
        said = self.script(prompt)
        if isinstance(said, LanguageModelError):
            raise said
        return said
