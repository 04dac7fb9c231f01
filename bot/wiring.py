"""Puts the parts together, the same way for every command."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters.roles import RoleFiles, load_roles
from bot.logs import tell
from bot.settings import InterviewerChoice, Settings
from bot.watching import UNWATCHED, Watch
from core.interviewers.breaker import CircuitBreaker
from core.interviewers.fallback import FallbackInterviewer
from core.interviewers.model import ModelInterviewer
from core.interviewers.queue import ModelQueue
from core.interviewers.rules import RulesInterviewer
from core.ports import Interviewer, LanguageModel, LanguageModelError

if TYPE_CHECKING:
    from adapters.ollama import OllamaModel

_log = logging.getLogger(__name__)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def roles_of(settings: Settings) -> RoleFiles:
    """The roles; each mistake in a file is one line on standard error, and the other files are used."""
    found = load_roles(settings.role_folders)
    for mistake in found.mistakes:
        tell(f"Role file left out: {mistake}", logging.WARNING)
    return found


def model_of(settings: Settings) -> OllamaModel:
    """The language model of the settings, to be closed at the end."""
    from adapters.ollama import Deadlines, OllamaModel  # noqa: PLC0415 - what the rules do not need

    return OllamaModel(
        settings.ollama_base_url,
        settings.ollama_model,
        context_tokens=settings.ollama_context_tokens,
        keep_alive=settings.ollama_keep_alive,
        deadlines=Deadlines(
            first_token_s=settings.ollama_first_token_seconds, total_s=settings.assessment_deadline_seconds
        ),
    )


@asynccontextmanager
async def interviewer_of(settings: Settings, watch: Watch = UNWATCHED) -> AsyncIterator[Interviewer]:
    """The interviewer that the settings ask for. A model is loaded at once, so that the first answer need not wait."""
    rules = RulesInterviewer()
    if settings.interviewer is InterviewerChoice.RULES:
        yield rules
        return
    async with model_of(settings) as model:
        preparing = asyncio.create_task(_prepare(model))
        queue = watch.queue(queue_of(watch.model(model), settings))
        try:
            yield FallbackInterviewer(
                watch.interviewer(ModelInterviewer(queue, settings.assessment_passes)),
                rules,
                considering=watch.breaker("consider", CircuitBreaker(SystemClock())),
                grading=watch.breaker("assess", CircuitBreaker(SystemClock())),
                deadline_s=settings.answer_deadline_seconds,
                background_deadline_s=settings.assessment_deadline_seconds,
                always_tell=settings.interviewer is InterviewerChoice.MODEL,
            )
        finally:
            preparing.cancel()
            await asyncio.gather(preparing, return_exceptions=True)


def queue_of(model: LanguageModel, settings: Settings) -> ModelQueue:
    """The line before a model."""
    return ModelQueue(model, parallel=settings.model_parallel_calls)


async def _prepare(model: OllamaModel) -> None:
    """Look where the model runs and load it; one that cannot be is found out, and dealt with, at the first answer."""
    with suppress(LanguageModelError):
        where = (await model.inspect()).remote_host
        if where:
            _log.warning("Ollama runs the model at %s: answers leave this machine.", where)
    with suppress(LanguageModelError):
        await model.prepare()
