"""The interviewer that asks a language model first, and lets the rules stand in when it fails or takes too long."""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
    from collections.abc import Awaitable, Callable, Iterator

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


@dataclass(frozen=True, slots=True)
class _Work:
    """A kind of work, and how the model does at it: one that is too slow or too weak for one may be fit for another."""

    name: str
    breaker: CircuitBreaker
    deadline_s: float
    considers: bool = False


class _Course:
    """What becomes of one request to the interviewer, which may be several calls of the model."""

    def __init__(self, waiting: Waiting, *, considers: bool) -> None:
        self._waiting = waiting
        self._considers = considers
        self.has_reply = False
        self._told = waiting.told
        self._begun_at: float | None = None
        self._given_up_after_s = 0.0

    def waiting(self) -> Waiting:
        """Who waits for it; whoever holds this holds the course."""
        told = self._tell if self._told else None
        return replace(self._waiting, told=told, calling=self._call, considers=self._considers)

    def had(self, share_s: float) -> bool:
        """Whether the model had so many seconds without a reply: for a call that was given up, or for all of them."""
        asked_s = 0.0 if self._begun_at is None else _now_s() - self._begun_at
        return self._given_up_after_s >= share_s or (not self.has_reply and asked_s >= share_s)

    @contextmanager
    def _call(self) -> Iterator[None]:
        begun_at = _now_s()
        if self._begun_at is None:
            self._begun_at = begun_at
        try:
            yield
        except asyncio.CancelledError:
            self._given_up_after_s = max(self._given_up_after_s, _now_s() - begun_at)
            raise
        self.has_reply = True

    async def _tell(self, place: int) -> None:
        """Tell it once for all calls, and not when those before it are the candidate's own."""
        told, self._told = self._told, None
        if told and self._begun_at is None:
            await told(place)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


class FallbackInterviewer:
    """Gives whatever the model gives in time, and else what the rules give; the breakers decide who is asked.

    A consideration, without which the candidate cannot go on, is there within `deadline_s` seconds. Whatever else may
    take `background_deadline_s`, as grades by the model are worth waiting for. The one has the breaker `considering`,
    all else has `grading`. `always_tell` marks considerations by the rules as a stand-in even when the model has never
    worked.
    """

    def __init__(  # noqa: PLR0913 - four it is made of, and three settings
        self,
        model: Interviewer,
        rules: Interviewer,
        considering: CircuitBreaker,
        grading: CircuitBreaker,
        *,
        deadline_s: float = 20.0,
        background_deadline_s: float = 180.0,
        always_tell: bool = False,
    ) -> None:
        self._model = model
        self._rules = rules
        self._considering = _Work("consider answers", considering, deadline_s, considers=True)
        self._grading = _Work("assess answers", grading, background_deadline_s)
        self._always_tell = always_tell
        self._has_told_too_long = False

    async def consider(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Consideration:
        """What kind of message the latest answer is, what is missing, and a follow-up that asks for it."""
        made = await self._ask(self._considering, lambda asking: self._model.consider(role, turn, asking), waiting)
        if made:
            return made
        by_rules = await self._rules.consider(role, turn, waiting)
        return replace(by_rules, stand_in=self._is_missed)

    async def assess(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Assessment:
        """The levels of all answers of the turn together, with evidence quoted from them."""
        made = await self._ask(self._grading, lambda asking: self._model.assess(role, turn, asking), waiting)
        return made or await self._rules.assess(role, turn, waiting)

    async def strengthen(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Stronger:
        """The candidate's own answer one level up, from their facts only; gaps are blanks to fill."""
        made = await self._ask(self._grading, lambda asking: self._model.strengthen(role, turn, asking), waiting)
        return made or await self._rules.strengthen(role, turn, waiting)

    @property
    def _is_missed(self) -> bool:
        """Whether the model is missed by anybody when it does not answer."""
        return self._always_tell or any(one.breaker.has_worked for one in (self._considering, self._grading))

    async def _ask(self, work: _Work, call: Callable[[Waiting], Awaitable[_T]], waiting: Waiting) -> _T | None:
        """What the model gives within the deadline, or None, when the rules have to stand in."""
        permit = work.breaker.admit()
        if permit is None:
            return None
        try:
            return await _answer(work, call, _Course(waiting, considers=work.considers))
        except ModelBusyError:
            return None  # That is about the others, and not about the model.
        except PromptTooLongError as error:
            self._warn_once(error)
            return None
        except LanguageModelError as error:
            self._went_wrong(work, permit, error)
            return None
        finally:
            work.breaker.returned(permit)

    def _warn_once(self, error: PromptTooLongError) -> None:
        """Tell the owner of a context that is too small: nothing fails by it, so nothing else would."""
        if not self._has_told_too_long:
            self._has_told_too_long = True
            told = "The language model's context is too small, so the rules stood in for it. %s This is said once."
            _log.warning(told, error)

    def _went_wrong(self, work: _Work, permit: Permit, error: LanguageModelError) -> None:
        """Tell the breaker; the error's message is ours and holds no word of a candidate."""
        if work.breaker.failed(permit, at_once=isinstance(error, ModelMissingError)):
            level = logging.WARNING if self._is_missed else logging.INFO
            told = "The language model cannot be asked to %s, so the rules stand in for it: %s"
            _log.log(level, told, work.name, error)


async def _answer(work: _Work, call: Callable[[Waiting], Awaitable[_T]], course: _Course) -> _T:
    """What the model gives; a deadline that passed is told apart by who is to blame for it."""
    limit_s = work.deadline_s * _FOR_MODEL
    try:
        async with asyncio.timeout(limit_s):
            made = await call(course.waiting())
    except TimeoutError:
        if course.had(limit_s * _FAIR_SHARE):
            raise ModelUnavailableError(f"It gave no reply within {limit_s:.3g} seconds.") from None
        raise ModelBusyError("The language model had too much else to do.") from None
    if course.has_reply and work.breaker.succeeded():
        _log.warning("The language model can be asked to %s again.", work.name)
    return made
