"""Reads what a candidate asks for when starting an interview, such as `backend_engineer coach 5 senior`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils

from core.model import Mode, StartRequest
from core.policy import MIN_QUESTIONS
from core.roles import Role, Seniority
from core.speech import ReplyStyle

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_QUESTIONS = 5
_ALIKE = 55
_DIGITS = 9
"""Of a number, so many are read: no role has that many questions."""


class BadRequestError(Exception):
    """The request cannot be met; the message is a sentence for the candidate."""


def start_request(argument: str, roles: Mapping[str, Role]) -> StartRequest | None:
    """The interview asked for, None when no role is named. Words may stand in any order.

    Raises BadRequestError for an unknown role (naming the nearest), or a number of questions that the role has not.
    """
    words = _read(argument)
    if not words.names:
        _count(words.questions, max((len(role.questions) for role in roles.values()), default=0))
        return None
    role = find_role(" ".join(words.names), roles)
    questions = _count(words.questions, len(role.questions))
    return StartRequest(role, words.mode or Mode.MOCK, questions, words.seniority or Seniority.MID)


def besides_role(argument: str) -> str:
    """What is asked for besides the role, each thing once, in the words in which it is typed."""
    words = _read(argument)
    return " ".join(word for word in (words.mode, words.questions, words.seniority, words.reply) if word)


def reply_style(argument: str) -> ReplyStyle | None:
    """How the questions are asked to come, None where that is not said."""
    return _read(argument).reply


@dataclass(slots=True)
class _Words:
    """What the words of a request say; None where they do not. The last one counts."""

    mode: Mode | None = None
    questions: str | None = None
    seniority: Seniority | None = None
    reply: ReplyStyle | None = None
    names: list[str] = field(default_factory=list)


def _read(argument: str) -> _Words:
    words = _Words()
    for word in argument.lower().split():
        if word in set(Mode):
            words.mode = Mode(word)
        elif word in set(Seniority):
            words.seniority = Seniority(word)
        elif word in set(ReplyStyle):
            words.reply = ReplyStyle(word)
        elif word == "all":
            words.questions = word
        elif word.removeprefix("-").isdecimal():
            words.questions = str(int(word[:_DIGITS]))
        else:
            words.names.append(word)
    return words


def find_role(name: str, roles: Mapping[str, Role]) -> Role:
    """The role of that id or title. Raises BadRequestError naming the nearest one otherwise."""
    plain = utils.default_process(name).replace("_", " ")
    for role in roles.values():
        if plain in {role.id.lower().replace("_", " "), utils.default_process(role.title)}:
            return role
    if not roles:
        msg = "There are no roles to interview for. The owner can see why with `interview-bot roles check`."
        raise BadRequestError(msg)
    near = nearest(name, {key: f"{role.id} {role.title}" for key, role in roles.items()})
    meant = f"Did you mean {near}?" if near else f"There is: {', '.join(roles)}."
    msg = f"There is no role “{name[:60]}”. {meant}"
    raise BadRequestError(msg)


def nearest(name: str, choices: Mapping[str, str]) -> str | None:
    """The key of the choice most like a name, or None when none is alike."""
    match = process.extractOne(name, choices, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=_ALIKE)
    return match[2] if match else None


def _count(asked: str | None, available: int) -> int:
    """The number of questions asked for, 5 (or all there are, if fewer) by default."""
    if asked is None:
        return min(DEFAULT_QUESTIONS, available)
    number = available if asked == "all" else int(asked)
    if not MIN_QUESTIONS <= number <= available:
        msg = f"The number of questions must be from {MIN_QUESTIONS} to {available}, not {asked}."
        raise BadRequestError(msg)
    return number
