"""What is watched of a running bot: every part goes through here once, and comes back measured, or as it was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext

from bot.settings import InterviewerChoice, Settings
from core.interviewers.breaker import CircuitBreaker
from core.interviewers.queue import ModelQueue
from core.messages import Inbound
from core.ports import Interviewer, LanguageModel, Platform, Store, Synthesizer, Transcriber

Receive = Callable[[Inbound], Awaitable[bool]]
Check = Callable[[], Awaitable[str]]
"""Why a part of the bot cannot work, "" where it can."""


class UnusablePortError(Exception):
    """The port cannot be listened at; the message is one sentence for the owner."""


class Watch:
    """Takes parts, and gives what is to be used in their place: here each as it is, so that it costs nothing."""

    def model(self, model: LanguageModel) -> LanguageModel:
        return model

    def queue(self, queue: ModelQueue) -> ModelQueue:
        return queue

    def interviewer(self, interviewer: Interviewer) -> Interviewer:
        return interviewer

    def breaker(self, _work: str, breaker: CircuitBreaker) -> CircuitBreaker:
        return breaker

    def transcriber(self, transcriber: Transcriber | None) -> Transcriber | None:
        return transcriber

    def synthesizer(self, synthesizer: Synthesizer | None) -> Synthesizer | None:
        return synthesizer

    def platform(self, _name: str, platform: Platform) -> Platform:
        return platform

    def store(self, store: Store) -> Store:
        return store

    def receive(self, receive: Receive) -> Receive:
        return receive

    def answering(self, _settings: Settings, _checks: Mapping[str, Check]) -> AbstractAsyncContextManager[None]:
        """Answer whoever asks how the bot stands, until the end of the block.

        The checks are those of the parts beside the database. Raises UnusablePortError.
        """
        return nullcontext()


UNWATCHED = Watch()
"""Nobody has asked for figures."""


def watch_of(settings: Settings) -> Watch:
    """The watch that the settings ask for. What it takes is imported only then."""
    if not settings.metrics_port:
        return UNWATCHED
    from bot.measured import Measuring  # noqa: PLC0415 - see above
    from bot.metrics import Metrics  # noqa: PLC0415

    return Measuring(Metrics(), wants_model=settings.interviewer is InterviewerChoice.MODEL)
