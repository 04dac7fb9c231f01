"""The parts of a bot that is watched: each does what it always does, and is measured doing it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from time import perf_counter
from typing import Any, cast

from bot.health import answering
from bot.metrics import Metrics
from bot.settings import Settings
from bot.timed import Missing, Timed, TimedModel
from bot.watching import Check, Receive, Watch
from core.interviewers.breaker import CircuitBreaker
from core.interviewers.queue import ModelQueue
from core.messages import CommandSent, Inbound, Outbound, TextEdited, TextSent, VoiceSent
from core.model import OPEN_PHASES, Assessment, Consideration, Conversation, Phase, Stronger, Turn
from core.ports import (
    NOBODY,
    Change,
    CutReplyError,
    DeliveryError,
    Interviewer,
    LanguageModel,
    ModelBusyError,
    ModelMissingError,
    ModelUnavailableError,
    NoteGoneError,
    NoteUnavailableError,
    Platform,
    PromptTooLongError,
    RefusedMessageError,
    Saved,
    Store,
    StoreError,
    StoreUnavailableError,
    Synthesizer,
    SynthesizerError,
    Transcriber,
    TranscriberBusyError,
    TranscriberUnavailableError,
    UnreachableError,
    UnusableRepliesError,
    UnusableSoundError,
    Urgency,
    Waiting,
)
from core.progress import progress
from core.prompts import Prompt
from core.roles import Criterion, Role
from core.speech import Speech, Transcription, VoiceNote

_KINDS = {TextSent: "text", TextEdited: "edit", CommandSent: "command", VoiceSent: "voice"}
_NOBODY = "nobody"
_TASKS = ("consider", *(f"assess {criterion.value}" for criterion in Criterion), "strengthen")
# What may go wrong, as far as it is known beforehand.
_OF_MODEL = (
    CutReplyError,
    ModelBusyError,
    ModelMissingError,
    ModelUnavailableError,
    PromptTooLongError,
    UnusableRepliesError,
)
_OF_SENDING = (DeliveryError, RefusedMessageError, UnreachableError)
_OF_LISTENING = (
    NoteGoneError,
    NoteUnavailableError,
    TranscriberBusyError,
    TranscriberUnavailableError,
    UnusableSoundError,
)


class Measuring(Watch):
    """A watch that measures. `wants_model` says whether a language model is missed that has never answered."""

    def __init__(self, metrics: Metrics, *, wants_model: bool = True) -> None:
        self._metrics = metrics
        self._missing = Missing(is_wanted=wants_model)

    def model(self, model: LanguageModel) -> LanguageModel:
        return _Model(model, self._metrics, self._missing)

    def queue(self, queue: ModelQueue) -> ModelQueue:
        for urgency in Urgency:
            name = urgency.name.lower()
            self._metrics.calls_waiting.labels(name).set_function(partial(_waiting, queue, urgency))
            self._metrics.calls_running.labels(name).set_function(partial(_running, queue, urgency))
        return queue

    def interviewer(self, interviewer: Interviewer) -> Interviewer:
        return _Interviewer(interviewer, self._metrics, self._missing)

    def breaker(self, work: str, breaker: CircuitBreaker) -> CircuitBreaker:
        self._metrics.breaker_open.labels(work).set_function(lambda: breaker.is_open and self._missing.is_missed)
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
    def __init__(self, model: LanguageModel, metrics: Metrics, missing: Missing) -> None:
        self._model = model
        self._metrics = metrics
        self._missing = missing
        self._timed: dict[str, TimedModel] = {}
        for task in _TASKS:
            self._of(task)

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def context_tokens(self) -> int:
        return self._model.context_tokens

    async def complete(self, prompt: Prompt) -> str:
        return await self._of(prompt.task)(self._model.complete(prompt))

    def _of(self, task: str) -> TimedModel:
        timed = self._timed.get(task)
        if timed is None:
            metrics = self._metrics
            timed = TimedModel(metrics.called, metrics.uncalled, task, _OF_MODEL, self._missing)
            self._timed[task] = timed
        return timed


class _Interviewer:
    def __init__(self, interviewer: Interviewer, metrics: Metrics, missing: Missing) -> None:
        self._interviewer = interviewer
        kinds = ("consider", "assess", "strengthen")
        self._consider, self._assess, self._strengthen = (
            TimedModel(metrics.asked, metrics.unanswered, one, _OF_MODEL, missing) for one in kinds
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
        self._timed = Timed(metrics.spoken, metrics.unspoken, "transcribe", _OF_LISTENING)
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
        self._timed = Timed(metrics.spoken, metrics.unspoken, "synthesize", [SynthesizerError])

    async def synthesize(self, text: str, *, language: str = "en") -> Speech | None:
        return await self._timed(self._synthesizer.synthesize(text, language=language))


class _Platform:
    def __init__(self, name: str, platform: Platform, metrics: Metrics) -> None:
        self._platform = platform
        self._timed = Timed(metrics.sent, metrics.unsent, name, _OF_SENDING)
        metrics.dropped.labels(name)
        for kind in _KINDS.values():
            metrics.received.labels(name, kind)

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
        metrics.unsaved.labels(StoreUnavailableError.__name__)
        for phase in {*Phase} - OPEN_PHASES:
            metrics.ended.labels(phase.value)

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
