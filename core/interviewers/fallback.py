"""The interviewer that asks a language model first, and lets the rules stand in when it fails or takes too long."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from core.ports import (
    NOBODY,
    LanguageModelError,
    ModelBusyError,
    ModelMissingError,
    ModelUnavailableError,
    PromptTooLongError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from core.interviewers.breaker import CircuitBreaker, Permit
    from core.model import Assessment, Consideration, Stronger, Turn
    from core.ports import Interviewer, Waiting
    from core.roles import Role

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

# What is left of a deadline is for the rules.
_FOR_MODEL = 0.95
# A call that had less of its time than this with the model, and the rest in the queue, shows nothing about the model.
_FAIR_SHARE = 0.5


class _Course:
    """What becomes of one request to the interviewer, which may be several calls of the model."""

    def __init__(self, waiting: Waiting) -> None:
        told = self._tell if waiting.told else None
        self.waiting = replace(waiting, told=told, begun=self._begin, replied=self._reply)
        self.has_reply = False
        self._told = waiting.told
        self._begun_at: float | None = None

    @property
    def asked_s(self) -> float:
        """For how many seconds the model has had the first of the calls, 0.0 when none has left the queue."""
        return 0.0 if self._begun_at is None else asyncio.get_running_loop().time() - self._begun_at

    def _begin(self) -> None:
        if self._begun_at is None:
            self._begun_at = asyncio.get_running_loop().time()

    def _reply(self) -> None:
        self.has_reply = True

    async def _tell(self, place: int) -> None:
        """Tell it once for all calls, and not when those before it are the candidate's own."""
        told, self._told = self._told, None
        if told and self._begun_at is None:
            await told(place)


class FallbackInterviewer:
    """Gives whatever the model gives in time, and else what the rules give; the breaker decides who is asked.

    A consideration, without which the candidate cannot go on, is there within `deadline_s` seconds. Whatever else may
    take `background_deadline_s`, as grades by the model are worth waiting for. `always_tell` marks considerations by
    the rules as a stand-in even when the model has never worked.
    """

    def __init__(  # noqa: PLR0913 - three it is made of, and three settings
        self,
        model: Interviewer,
        rules: Interviewer,
        breaker: CircuitBreaker,
        *,
        deadline_s: float = 20.0,
        background_deadline_s: float = 180.0,
        always_tell: bool = False,
    ) -> None:
        self._model = model
        self._rules = rules
        self._breaker = breaker
        self._deadline_s = deadline_s
        self._background_deadline_s = background_deadline_s
        self._always_tell = always_tell

    async def consider(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Consideration:
        """What kind of message the latest answer is, what is missing, and a follow-up that asks for it."""
        made = await self._ask(lambda asking: self._model.consider(role, turn, asking), waiting, self._deadline_s)
        if made:
            return made
        by_rules = await self._rules.consider(role, turn, waiting)
        return replace(by_rules, stand_in=self._is_missed)

    async def assess(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Assessment:
        """The levels of all answers of the turn together, with evidence quoted from them."""
        limit_s = self._background_deadline_s
        made = await self._ask(lambda asking: self._model.assess(role, turn, asking), waiting, limit_s)
        return made or await self._rules.assess(role, turn, waiting)

    async def strengthen(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Stronger:
        """The candidate's own answer one level up, from their facts only; gaps are blanks to fill."""
        limit_s = self._background_deadline_s
        made = await self._ask(lambda asking: self._model.strengthen(role, turn, asking), waiting, limit_s)
        return made or await self._rules.strengthen(role, turn, waiting)

    @property
    def _is_missed(self) -> bool:
        """Whether the model is missed by anybody when it does not answer."""
        return self._always_tell or self._breaker.has_worked

    async def _ask(self, call: Callable[[Waiting], Awaitable[_T]], waiting: Waiting, deadline_s: float) -> _T | None:
        """What the model gives within the deadline, or None, when the rules have to stand in."""
        permit = self._breaker.admit()
        if permit is None:
            return None
        try:
            return await self._answer(call, _Course(waiting), deadline_s * _FOR_MODEL)
        except (ModelBusyError, PromptTooLongError):
            return None  # That is about the others, or about this prompt, and not about the model.
        except LanguageModelError as error:
            self._went_wrong(permit, error)
            return None
        finally:
            self._breaker.returned(permit)

    async def _answer(self, call: Callable[[Waiting], Awaitable[_T]], course: _Course, limit_s: float) -> _T:
        """What the model gives; a deadline that passed is told apart by who is to blame for it."""
        try:
            async with asyncio.timeout(limit_s):
                made = await call(course.waiting)
        except TimeoutError:
            if course.has_reply or course.asked_s < limit_s * _FAIR_SHARE:
                raise ModelBusyError("The language model had too much else to do.") from None
            raise ModelUnavailableError(f"It gave no reply within {limit_s:.3g} seconds.") from None
        if course.has_reply and self._breaker.succeeded():
            _log.warning("The language model answers again.")
        return made

    def _went_wrong(self, permit: Permit, error: LanguageModelError) -> None:
        """Tell the breaker; the error's message is ours and holds no word of a candidate."""
        if self._breaker.failed(permit, at_once=isinstance(error, ModelMissingError)):
            level = logging.WARNING if self._is_missed else logging.INFO
            _log.log(level, "The language model cannot be used, so the rules stand in for it: %s", error)
