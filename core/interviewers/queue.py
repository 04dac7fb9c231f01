"""The line before a language model: how many calls it gets at once, and whose is next."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.ports import ModelBusyError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from core.ports import LanguageModel, Waiting
    from core.prompts import Prompt

_log = logging.getLogger(__name__)

# Calls in the background leave these places free: neither they nor one call that hangs keep a candidate waiting.
_KEPT_FREE = 2


@dataclass(eq=False, slots=True)
class _Call:
    """One completion on its way; `placed` is set when it has its place."""

    waiting: Waiting
    placed: asyncio.Event = field(default_factory=asyncio.Event)
    telling: asyncio.Task[None] | None = None

    def stop_telling(self) -> None:
        if self.telling:
            self.telling.cancel()


class _Line:
    """Calls of one class that wait; round robin over the candidates, and in order within each candidate's own."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._calls: dict[int, deque[_Call]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._calls.values()))

    def join(self, call: _Call) -> None:
        self._calls.setdefault(call.waiting.candidate, deque()).append(call)

    def leave(self, call: _Call) -> None:
        own = self._calls[call.waiting.candidate]
        own.remove(call)
        if not own:
            del self._calls[call.waiting.candidate]

    def take(self) -> _Call:
        """The next call; whoever had it goes to the end of the round."""
        candidate = next(iter(self._calls))
        own = self._calls.pop(candidate)
        call = own.popleft()
        if own:
            self._calls[candidate] = own
        return call

    def place(self, call: _Call) -> int:
        """How many calls of this line are served until this one is, itself included."""
        round_ = list(self._calls)
        turn = round_.index(call.waiting.candidate)
        own = self._calls[call.waiting.candidate].index(call)
        others = (
            min(len(self._calls[candidate]), own + (number < turn))
            for number, candidate in enumerate(round_)
            if number != turn
        )
        return 1 + own + sum(others)


class ModelQueue:
    """Shares a language model among candidates.

    At most `parallel` calls run at once, those in the background on at most max(1, `parallel` - 2) of these places.
    Calls of candidates who look on go first, in turn over the candidates. `most_waiting` of them and
    `most_in_background` of the others may wait; a candidate who looks on is told so after `patience_s` seconds.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        parallel: int = 4,
        most_waiting: int = 100,
        most_in_background: int = 400,
        patience_s: float = 2.0,
    ) -> None:
        self._model = model
        self._parallel = parallel
        self._patience_s = patience_s
        self._lines = {True: _Line(most_waiting), False: _Line(most_in_background)}
        self._running = {True: 0, False: 0}

    @property
    def name(self) -> str:
        """The model's name, as assessments record it."""
        return self._model.name

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and reply may have together."""
        return self._model.context_tokens

    async def complete(self, prompt: Prompt, waiting: Waiting) -> str:
        """The model's whole reply, when its turn has come. Raises LanguageModelError; ModelBusyError at once."""
        call = self._join(waiting)
        try:
            await call.placed.wait()
            if waiting.begun:
                waiting.begun()
            reply = await self._model.complete(prompt)
        finally:
            # Cancelled, failed or over; a call may be cancelled in the very moment in which it gets its place.
            self._leave(call)
        if waiting.replied:
            waiting.replied()
        return reply

    def _join(self, waiting: Waiting) -> _Call:
        call = _Call(waiting)
        line = self._lines[waiting.looks_on]
        line.join(call)
        self._serve()
        if call.placed.is_set():
            return call
        if len(line) > line.most:
            line.leave(call)
            raise ModelBusyError(f"{line.most} calls are waiting for the language model already.")
        if waiting.looks_on and waiting.told:
            call.telling = asyncio.create_task(self._tell(call, waiting.told))
        return call

    def _leave(self, call: _Call) -> None:
        call.stop_telling()
        if call.placed.is_set():
            self._running[call.waiting.looks_on] -= 1
            self._serve()
        else:
            self._lines[call.waiting.looks_on].leave(call)

    def _serve(self) -> None:
        """Give every place that is free to the call whose turn it is."""
        for looks_on, line in self._lines.items():
            while line and self._has_room(looks_on=looks_on):
                call = line.take()
                call.stop_telling()
                self._running[looks_on] += 1
                call.placed.set()

    def _has_room(self, *, looks_on: bool) -> bool:
        in_background = max(1, self._parallel - _KEPT_FREE)
        return sum(self._running.values()) < self._parallel and (looks_on or self._running[False] < in_background)

    async def _tell(self, call: _Call, told: Callable[[int], Awaitable[None]]) -> None:
        """Tell a candidate, once, that others are before them; that this fails is no reason to give the call up."""
        await asyncio.sleep(self._patience_s)
        try:
            await told(self._lines[True].place(call))
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer matters more
            _log.info("A candidate could not be told their place in the line (%s).", type(error).__name__)
