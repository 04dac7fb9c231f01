"""A loopback model that listens: it quotes what was said, and gives the level and the follow-up that a test wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.wires.ollama import ChatRequest, Reply, generate, says

IMPROVEMENT = "It is not clear what you would do again."
ADVICE = "Say what you would do again, and why."
CRITERIA = 3
"""So many calls grade one answer."""
GAP_S = 0.2
"""A quiet gap that is longer than it takes a few messages to arrive."""
SENTENCES = (
    "I sold office furniture to 120 small companies in Leeds.",
    "That was for three years.",
    "I was responsible for all of them on my own.",
    "I asked what they were looking for.",
    "Then I showed two offers.",
    "I took in 9,000 pounds per month.",
    "Most of them ordered again.",
    "I learned that patience sells.",
)
"""One answer in many messages."""


def answered(request: ChatRequest) -> str:
    """The candidate's own words in a request."""
    said = [one["text"] for one in request.data["thread"] if one["speaker"] == "candidate"]
    return " ".join([*said, request.data.get("latest", "")]).strip()


def is_consideration(request: ChatRequest) -> bool:
    return "follow_up" in request.reply_schema["properties"]


def listening(
    level: int = 3, follow_up: Callable[[ChatRequest], str] = lambda _: "", **pace: float
) -> Callable[[ChatRequest], Reply]:
    """Replies as a good model would; `pace` is the `tokens_per_second` and `first_token_s` of each."""

    def reply(request: ChatRequest) -> Reply:
        return replace(says(_said(request, level, follow_up)), **pace)  # type: ignore[arg-type]

    return reply


def _said(request: ChatRequest, level: int, follow_up: Callable[[ChatRequest], str]) -> dict[str, Any]:
    asked = request.reply_schema["properties"]
    if is_consideration(request):
        points = asked["covered"]["items"]["enum"]
        wanted = follow_up(request)
        return {
            "kind": "answer",
            "covered": points[:1] if wanted else points,
            "point": points[1] if wanted else "",
            "follow_up": wanted,
        }
    quote = " ".join(answered(request).split()[:12])
    if "stronger" in asked:
        return {"stronger": answered(request), "changes": ["Put the result last."]}
    grade: dict[str, Any] = {
        "strength": "You say who it was for.",
        "improvement_quote": quote,
        "improvement": IMPROVEMENT,
    }
    grade |= {"advice": ADVICE, "level": level}
    if "covered" in asked:
        points = list(asked["covered"]["properties"])
        return {"covered": dict.fromkeys(points, "") | {points[0]: quote}, **grade}
    return {"evidence": [quote], **grade}


def generated(request: ChatRequest) -> Reply:
    """Whatever fits the schema."""
    return Reply(generate(request.reply_schema))
