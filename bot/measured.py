"""The parts of a bot that is watched: each does what it always does, and is measured doing it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from time import perf_counter
from typing import Any, TypeVar, cast

from prometheus_client import Counter, Histogram

from bot.health import answering
from bot.metrics import Metrics
from bot.settings import Settings
from bot.watching import Check, Receive
from core.interviewers.breaker import CircuitBreaker
from core.interviewers.queue import ModelQueue
from core.messages import CommandSent, Inbound, Outbound, TextEdited, TextSent, VoiceSent
from core.model import Assessment, Consideration, Conversation, Stronger, Turn
from core.ports import (
    NOBODY,
    Change,
    Interviewer,
    LanguageModel,
    Platform,
    Saved,
    Store,
    StoreError,
    StoreUnavailableError,
    Synthesizer,
    Transcriber,
    Urgency,
    Waiting,
)
from core.progress import progress
from core.prompts import Prompt
from core.roles import Role
from core.speech import Speech, Transcription, VoiceNote

_KINDS = {TextSent: "text", TextEdited: "edit", CommandSent: "command", VoiceSent: "voice"}
_GIVEN_UP, _NOBODY = "given_up", "nobody"
_Result = TypeVar("_Result")


class _Timed:
    """Measures calls of one kind that end well, and counts the others by their kind of error."""

    def __init__(self, seconds: Histogram, failures: Counter, kind: str) -> None:
        self._seconds = seconds.labels(kind)  # found once: that takes longer than to measure
        self._failures = failures
        self._kind = kind

    async def __call__(self, call: Awaitable[_Result]) -> _Result:
        begun = perf_counter()
        try:
            result = await call
        except asyncio.CancelledError:
            self._failures.labels(self._kind, _GIVEN_UP).inc()
            raise
        except Exception as error:
            self._failures.labels(self._kind, type(error).__name__).inc()
            raise
        self._seconds.observe(perf_counter() - begun)
        return result


class Measuring:
    """A watch that measures."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def model(self, model: LanguageModel) -> LanguageModel:
        return _Model(model, self._metrics)

    def queue(self, queue: ModelQueue) -> ModelQueue:
        for urgency in Urgency:
            name = urgency.name.lower()
            self._metrics.calls_waiting.labels(name).set_function(partial(_waiting, queue, urgency))
            self._metrics.calls_running.labels(name).set_function(partial(_running, queue, urgency))
        return queue

    def interviewer(self, interviewer: Interviewer) -> Interviewer:
        return _Interviewer(interviewer, self._metrics)

    def breaker(self, work: str, breaker: CircuitBreaker) -> CircuitBreaker:
        self._metrics.breaker_open.labels(work).set_function(lambda: breaker.is_open)
        return breaker

    def transcriber(self, transcriber: Transcriber | None) -> Transcriber | None:
        return _Transcriber(transcriber, self._metrics) if transcriber else None

    def synthesizer(self, synthesizer: Synthesizer | None) -> Synthesizer | None:
        return _Synthesizer(synthesizer, self._metrics) if synthesizer else None

    def platform(self, name: str, platform: Platform) -> Platform:
        return _Platform(name, platform, self._metrics)

    def store(self, store: Store) -> Store:
        return cast("Store", _Store(store, self._metrics))  # all it does not measure itself is the store's own

    def receive(self, receive: Receive) -> Receive:
        async def received(inbound: Inbound) -> bool:
            taken, platform = await receive(inbound), inbound.conversation.platform
            if taken:
                self._metrics.received.labels(platform, _KINDS[type(inbound)]).inc()
            else:
                self._metrics.dropped.labels(platform).inc()
            return taken

        return received

    def answering(self, settings: Settings, checks: Mapping[str, Check]) -> AbstractAsyncContextManager[None]:
        return answering(settings, self._metrics, checks)


def _waiting(queue: ModelQueue, urgency: Urgency) -> float:
    return queue.waiting[urgency]


def _running(queue: ModelQueue, urgency: Urgency) -> float:
    return queue.running[urgency]


class _Model:
    def __init__(self, model: LanguageModel, metrics: Metrics) -> None:
        self._model = model
        self._metrics = metrics
        self._timed: dict[str, _Timed] = {}

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def context_tokens(self) -> int:
        return self._model.context_tokens

    async def complete(self, prompt: Prompt) -> str:
        timed = self._timed.get(prompt.task)
        if timed is None:
            timed = self._timed[prompt.task] = _Timed(self._metrics.called, self._metrics.uncalled, prompt.task)
        return await timed(self._model.complete(prompt))


class _Interviewer:
    def __init__(self, interviewer: Interviewer, metrics: Metrics) -> None:
        self._interviewer = interviewer
        kinds = ("consider", "assess", "strengthen")
        self._consider, self._assess, self._strengthen = (
            _Timed(metrics.asked, metrics.unanswered, one) for one in kinds
        )

    async def consider(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Consideration:
        return await self._consider(self._interviewer.consider(role, turn, waiting))

    async def assess(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Assessment:
        return await self._assess(self._interviewer.assess(role, turn, waiting))

    async def strengthen(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Stronger:
        return await self._strengthen(self._interviewer.strengthen(role, turn, waiting))


class _Transcriber:
    def __init__(self, transcriber: Transcriber, metrics: Metrics) -> None:
        self._transcriber = transcriber
        self._timed = _Timed(metrics.spoken, metrics.unspoken, "transcribe")
        self._sound = metrics.sound
        self._begun = self._asked = 0
        metrics.speech_waiting.set_function(lambda: self._asked - self._begun)

    async def transcribe(
        self,
        fetch: Callable[[], Awaitable[bytes]],
        *,
        language: str = "",
        declared_s: float | None = None,
        told: Callable[[int], Awaitable[None]] | None = None,
    ) -> Transcription:
        has_begun = False

        async def fetched() -> bytes:
            nonlocal has_begun
            has_begun = True
            self._begun += 1
            return await fetch()

        self._asked += 1
        call = self._transcriber.transcribe(fetched, language=language, declared_s=declared_s, told=told)
        try:
            heard = await self._timed(call)
        finally:
            self._asked -= 1
            self._begun -= has_begun
        self._sound.inc(heard.seconds)
        return heard


class _Synthesizer:
    def __init__(self, synthesizer: Synthesizer, metrics: Metrics) -> None:
        self._synthesizer = synthesizer
        self._timed = _Timed(metrics.spoken, metrics.unspoken, "synthesize")

    async def synthesize(self, text: str, *, language: str = "en") -> Speech | None:
        return await self._timed(self._synthesizer.synthesize(text, language=language))


class _Platform:
    def __init__(self, name: str, platform: Platform, metrics: Metrics) -> None:
        self._platform = platform
        self._timed = _Timed(metrics.sent, metrics.unsent, name)

    async def send(self, conversation: Conversation, message: Outbound, key: str, speech: Speech | None = None) -> None:
        await self._timed(self._platform.send(conversation, message, key, speech))

    async def working(self, conversation: Conversation, *, speaking: bool = False) -> None:
        await self._platform.working(conversation, speaking=speaking)

    async def fetch(self, conversation: Conversation, note: VoiceNote) -> bytes:
        return await self._platform.fetch(conversation, note)


class _Store:
    """The store; what it saves shows how interviews go on."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def save(self, change: Change) -> Saved:
        begun = perf_counter()
        try:
            saved = await self._store.save(change)
        except Exception as error:
            if isinstance(error, StoreUnavailableError) or not isinstance(error, StoreError):
                self._metrics.unsaved.labels(type(error).__name__).inc()
            raise  # the others say that somebody else was faster, which is no failure
        self._metrics.saved.observe(perf_counter() - begun)
        self._count(change, saved)
        return saved

    async def forget(self, candidate: int) -> None:
        self._metrics.forgets += 1
        try:
            await self._store.forget(candidate)
        finally:
            self._metrics.forgets -= 1

    def _count(self, change: Change, saved: Saved) -> None:
        after = saved.interview
        if after is None:
            return
        done = progress(change.before, after)
        if done.begun:
            self._metrics.begun.labels(after.role.id, after.mode.value).inc()
        for turn in done.closed:
            self._metrics.turns.labels(turn.interviewer or _NOBODY, turn.outcome).inc()
        if done.ended:
            self._metrics.ended.labels(after.phase.value).inc()
