"""Replies of a language model, and what its prompts say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from core.interviewers.queue import ModelQueue
from core.prompts import Prompt
from core.roles import Criterion
from tests.core.models import ScriptedModel


def queue_of(model: ScriptedModel) -> ModelQueue:
    return ModelQueue(model, parallel=50)


def considering(
    kind: str = "answer", covered: Iterable[str] = (), point: str = "", follow_up: str = "And what came of it?"
) -> str:
    return json.dumps({"kind": kind, "covered": list(covered), "point": point, "follow_up": follow_up})


def grading(level: object, quotes: Iterable[str] = (), covered: Iterable[tuple[str, str]] = (), **other: str) -> str:
    """A reply to any of the three; each reader takes the fields of its own criterion."""
    fields: dict[str, Any] = {
        "evidence": list(quotes),
        "covered": dict(covered),
        "strength": "",
        "improvement_quote": "",
        "improvement": "",
        "advice": "",
        "level": level,
    }
    return json.dumps({**fields, **other})


def criterion_of(prompt: Prompt) -> Criterion:
    return Criterion(prompt.task.removeprefix("assess "))


def said_in(prompt: Prompt) -> str:
    """All that a prompt tells of what the candidate said."""
    user = json.loads(prompt.user)
    said = [one["text"] for one in user["thread"] if one["speaker"] == "candidate"]
    return "\n".join([*said, user.get("latest", "")])
