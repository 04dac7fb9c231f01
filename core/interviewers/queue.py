"""The line before a language model: how many calls it gets at once, and whose is next."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.ports import ModelBusyError, Urgency

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from core.ports import LanguageModel, Waiting
    from core.prompts import Prompt

_log = logging.getLogger(__name__)

# Places that only considerations may take: neither gradings nor one call that hangs keep a candidate from going on.
_KEPT_FREE = 2
# For each place. The last of so many would come after 20 calls, which for most models is longer than anybody waits.
_WAITING, _IN_BACKGROUND = 20, 80


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

    At most `parallel` calls run at once. All but considerations have max(1, `parallel` - 2) of these places together,
    and the background alone half of that: a candidate who is to go on never waits for gradings, and one who looks on
    for a grading not for those that nobody looks on for. Considerations go first and the background last, in turn over
    the candidates. `most_waiting` of each other class and `most_in_background` may wait, 20 and 80 for each place
    unless told; a candidate who looks on is told so after `patience_s` seconds.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        parallel: int = 5,
        most_waiting: int | None = None,
        most_in_background: int | None = None,
        patience_s: float = 2.0,
    ) -> None:
        self._model = model
        self._patience_s = patience_s
        self._most_running = {
            Urgency.CONSIDERATION: parallel,
            Urgency.LOOKED_ON: max(1, parallel - _KEPT_FREE),
            Urgency.BACKGROUND: max(1, (parallel - _KEPT_FREE) // 2),
        }
        most = _WAITING * parallel if most_waiting is None else most_waiting
        behind = _IN_BACKGROUND * parallel if most_in_background is None else most_in_background
        self._lines = {one: _Line(behind if one is Urgency.BACKGROUND else most) for one in Urgency}
        self._running = dict.fromkeys(Urgency, 0)
        # To read an answer or a reply takes milliseconds: of many that come at once, one is read in each round of the
        # loop, so that whatever else is to be done has its turn in between.
        self._one_by_one = asyncio.Lock()

    @property
    def name(self) -> str:
        """The model's name, as assessments record it."""
        return self._model.name

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and reply may have together."""
        return self._model.context_tokens

    @property
    def waiting(self) -> Mapping[Urgency, int]:
        """How many calls of each class wait for their turn."""
        return {urgency: len(line) for urgency, line in self._lines.items()}

    @property
    def running(self) -> Mapping[Urgency, int]:
        """How many calls of each class the model works on."""
        return self._running

    async def complete(self, prompt: Prompt, waiting: Waiting) -> str:
        """The model's whole reply, when its turn has come. Raises LanguageModelError; ModelBusyError at once."""
        call = self._join(waiting)
        try:
            await call.placed.wait()
            with waiting.calling():
                reply = await self._model.complete(prompt)
        finally:
            # Cancelled, failed or over; a call may be cancelled in the very moment in which it gets its place.
            self._leave(call)
        await self.in_turn()
        return reply

    async def in_turn(self) -> None:
        """Wait for a round of the loop in which nobody else prepares a call or reads a reply."""
        async with self._one_by_one:
            await asyncio.sleep(0)

    def _join(self, waiting: Waiting) -> _Call:
        call = _Call(waiting)
        line = self._lines[waiting.urgency]
        line.join(call)
        self._serve()
        if call.placed.is_set():
            return call
        if len(line) > line.most:
            line.leave(call)
            raise ModelBusyError(f"{line.most} calls are waiting for the language model already.")
        if waiting.urgency is not Urgency.BACKGROUND and waiting.told:
            call.telling = asyncio.create_task(self._tell(call, waiting.told))
        return call

    def _leave(self, call: _Call) -> None:
        call.stop_telling()
        if call.placed.is_set():
            self._running[call.waiting.urgency] -= 1
            self._serve()
        else:
            self._lines[call.waiting.urgency].leave(call)

    def _serve(self) -> None:
        """Give every place that is free to the call whose turn it is."""
        for urgency, line in self._lines.items():
            while line and self._has_room(urgency):
                call = line.take()
                call.stop_telling()
                self._running[urgency] += 1
                call.placed.set()

    def _has_room(self, urgency: Urgency) -> bool:
        """Whether a call may begin: the less urgent classes share the places of the more urgent ones."""
        shared = (one for one in Urgency if one <= urgency)
        return all(self._running_from(one) < self._most_running[one] for one in shared)

    def _running_from(self, urgency: Urgency) -> int:
        return sum(running for one, running in self._running.items() if one >= urgency)

    def _place(self, call: _Call) -> int:
        """How many calls are served until this one is, itself included."""
        urgency = call.waiting.urgency
        before = sum(len(line) for one, line in self._lines.items() if one < urgency)
        return before + self._lines[urgency].place(call)

    async def _tell(self, call: _Call, told: Callable[[int], Awaitable[None]]) -> None:
        """Tell a candidate, once, that others are before them; that this fails is no reason to give the call up."""
        await asyncio.sleep(self._patience_s)
        try:
            await told(self._place(call))
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer matters more
            _log.info("A candidate could not be told their place in the line (%s).", type(error).__name__)
