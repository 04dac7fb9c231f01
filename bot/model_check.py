"""Looks at the language model: whether its server answers, what it holds, and how quick a reply is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
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
from core.prompts.consider import consider_prompt, read_consideration
from core.roles import Role

if TYPE_CHECKING:
    from adapters.ollama import Inspection, OllamaModel

REPLY_DEADLINE_S = 60.0
_KNOCK_S = 3.0
_SERVER, _MODEL, _REPLY = "ollama", "model", "model reply"


async def examine_model(settings: Settings) -> list[Finding]:
    """The findings about the model's server, the model and one reply; the first that is broken is the last."""
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
            return [Finding(_SERVER, "broken", str(error), "Start it, or set INTERVIEWER=rules.")]
        findings = [_server(settings, found.version), _model(settings, found)]
        if findings[-1].state == "ok":
            findings.append(await _reply(settings, model))
        return findings


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
    name, wanted = settings.ollama_model, settings.ollama_context_tokens
    most = found.model.context_tokens
    where = f"; answers leave this machine for {found.remote_host}, where it runs" if found.remote_host else ""
    if most is None:
        return Finding(_MODEL, "ok", f"{name}, which does not say how large its context is{where}")
    if most < wanted:
        detail = f"{name} has a context of {most:,} tokens, and OLLAMA_CONTEXT_TOKENS is {wanted:,}."
        setting = f"Set OLLAMA_CONTEXT_TOKENS={most}, or choose" if most >= LEAST_CONTEXT_TOKENS else "Choose"
        return Finding(_MODEL, "broken", detail, f"{setting} another model.")
    return Finding(_MODEL, "ok", f"{name}, with {wanted:,} of the {most:,} tokens that its context can have{where}")


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
        return Finding(_REPLY, "broken", f"none within {REPLY_DEADLINE_S:.0f} s.", "Choose a smaller model.")
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
    said = Utterance(UtteranceKind.ANSWER, question.sample, datetime.now(UTC))
    return role, Turn(question, utterances=(said,))
