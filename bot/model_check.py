"""Looks at the language model: whether its server answers, what it holds, and how quick a reply is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from itertools import cycle, islice
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rich.console import Console

from adapters.roles import BUILT_IN, load_roles
from bot.findings import Finding
from bot.settings import DEFAULT_OLLAMA_URL, LEAST_CONTEXT_TOKENS, InterviewerChoice, Settings
from bot.wiring import model_of
from core.model import Turn, Utterance, UtteranceKind
from core.ports import LanguageModelError, ModelMissingError
from core.prompts import BadReplyError
from core.prompts.assess import assess_prompt
from core.prompts.consider import consider_prompt, read_consideration
from core.roles import Criterion, Question, Role

if TYPE_CHECKING:
    from adapters.ollama import Inspection, OllamaModel

REPLY_DEADLINE_S = 60.0
_KNOCK_S = 3.0
ANSWER_WORDS = 400
"""How long an answer should fit into the model's context; few are longer."""
CONTEXT = "model context"
_SERVER, _MODEL, _REPLY = "ollama", "model", "model reply"
_MUCH = 1_000_000
_SLOW = "Look whether Ollama works at all (`ollama run`); if it does, choose a smaller model."
_ROUND = 1024


async def examine_model(settings: Settings) -> list[Finding]:
    """The findings about the model's server, the model, its context and one reply, up to a model that is not there."""
    if settings.interviewer is InterviewerChoice.RULES:
        return [Finding(_SERVER, "off", "INTERVIEWER is rules, so no model is asked")]
    if await _is_not_wanted(settings):
        return [Finding(_SERVER, "off", f"nothing answers at {settings.ollama_base_url}, so the rules interview")]
    async with model_of(settings) as model:
        try:
            found = await model.inspect()
        except ModelMissingError as error:
            return [_server(settings, ""), Finding(_MODEL, "broken", str(error))]
        except LanguageModelError as error:
            return [Finding(_SERVER, "broken", str(error), "Or set INTERVIEWER=rules.")]
        parts = [_server(settings, found.version), _model(settings, found), _context(settings, found)]
        return [*parts, await _reply(settings, model)]


async def _is_not_wanted(settings: Settings) -> bool:
    """Whether no server is there and none was asked for: the rules interview, and all is well."""
    if settings.interviewer is not InterviewerChoice.AUTO or settings.ollama_base_url != DEFAULT_OLLAMA_URL:
        return False
    parts = urlsplit(settings.ollama_base_url)
    try:
        async with asyncio.timeout(_KNOCK_S):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except OSError:
        return True
    writer.close()
    return False


def _server(settings: Settings, version: str) -> Finding:
    where = f"; answers leave this machine for {settings.elsewhere}" if settings.elsewhere else ""
    told = f"version {version} at " if version else "answers at "
    return Finding(_SERVER, "ok", f"{told}{settings.ollama_base_url}{where}")


def _model(settings: Settings, found: Inspection) -> Finding:
    where = f"; answers leave this machine for {found.remote_host}, where it runs" if found.remote_host else ""
    return Finding(_MODEL, "ok", f"{settings.ollama_model}{where}")


def _context(settings: Settings, found: Inspection) -> Finding:
    """Whether the context is what was set, and large enough for the questions of the roles that there are."""
    wanted, needed = settings.ollama_context_tokens, _needed_tokens(settings)
    most = found.model.context_tokens or _MUCH
    enough = max(LEAST_CONTEXT_TOKENS, needed)
    if most < wanted:
        detail = f"{settings.ollama_model} has {most:,} tokens, and OLLAMA_CONTEXT_TOKENS is {wanted:,}."
        return Finding(CONTEXT, "broken", detail, _advice(most if most >= enough else None))
    if wanted < needed:
        long = f"a question with an answer of {ANSWER_WORDS} words takes up to {needed:,} tokens"
        detail = f"{long}, and OLLAMA_CONTEXT_TOKENS is {wanted:,}: long answers are cut, or assessed by rules."
        more = -(-needed // _ROUND) * _ROUND
        return Finding(CONTEXT, "broken", detail, _advice(min(more, most) if most >= needed else None))
    if found.model.context_tokens is None:
        return Finding(CONTEXT, "ok", f"{wanted:,} tokens; the model does not say how many it can have")
    return Finding(CONTEXT, "ok", f"{wanted:,} of the {most:,} tokens that the model can have")


def _advice(enough: int | None) -> str:
    return f"Set OLLAMA_CONTEXT_TOKENS={enough}, or choose another model." if enough else "Choose another model."


def _needed_tokens(settings: Settings) -> int:
    """What the largest question about an answer takes, in all the roles."""
    roles = load_roles(settings.role_folders).roles.values()
    turns = [(role, _answered(question, _long(question.sample))) for role in roles for question in role.questions]
    prompts = (assess_prompt(*one, criterion, 0, _MUCH).prompt for one in turns for criterion in Criterion)
    return max((prompt.room_tokens for prompt in prompts), default=0)


def _long(text: str) -> str:
    return " ".join(islice(cycle(text.split()), ANSWER_WORDS))


async def _reply(settings: Settings, model: OllamaModel) -> Finding:
    """Have one answer considered as in an interview. Loading the model is not part of the time, but of the deadline."""
    role, turn = _sample()
    try:
        with Console(stderr=True).status("Waiting for a reply of the model ..."):
            async with asyncio.timeout(REPLY_DEADLINE_S):
                await model.prepare()
                begun = monotonic()
                reply = await model.complete(consider_prompt(role, turn, model.context_tokens).prompt)
        seconds = monotonic() - begun
        read_consideration(reply, turn.question)
    except TimeoutError:
        return Finding(_REPLY, "broken", f"none within {REPLY_DEADLINE_S:.0f} s.", _SLOW)
    except LanguageModelError as error:
        return Finding(_REPLY, "broken", str(error), "Look at Ollama's own log, or choose another model.")
    except BadReplyError:
        return Finding(_REPLY, "broken", "it does not keep to the form that was asked for.", "Choose another model.")
    most = f"{settings.answer_deadline_seconds:g} s that a candidate waits at most"
    if seconds > settings.answer_deadline_seconds:
        advice = "Choose a smaller model, or raise ANSWER_DEADLINE_SECONDS."
        return Finding(_REPLY, "broken", f"it took {seconds:.1f} s, more than the {most}.", advice)
    return Finding(_REPLY, "ok", f"in {seconds:.1f} s of the {most}")


def _sample() -> tuple[Role, Turn]:
    """An answer that comes with the program."""
    role = next(iter(load_roles([BUILT_IN]).roles.values()))
    question = role.questions[0]
    return role, _answered(question, question.sample)


def _answered(question: Question, answer: str) -> Turn:
    said = Utterance(UtteranceKind.ANSWER, answer, datetime.now(UTC))
    return Turn(question, utterances=(said,))
