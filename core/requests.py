"""Reads what a candidate asks for when starting an interview, such as `backend_engineer coach 5 senior`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils

from core.model import Mode, StartRequest
from core.policy import MIN_QUESTIONS
from core.roles import Role, Seniority

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_QUESTIONS = 5
_ALIKE = 55


class BadRequestError(Exception):
    """The request cannot be met; the message is a sentence for the candidate."""


def start_request(argument: str, roles: Mapping[str, Role]) -> StartRequest | None:
    """The interview asked for, None when no role is named. Words may stand in any order.

    Raises BadRequestError for an unknown role (naming the nearest), or a number of questions that the role has not.
    """
    mode, seniority, questions = Mode.MOCK, Seniority.MID, None
    names: list[str] = []
    for word in argument.lower().split():
        if word in set(Mode):
            mode = Mode(word)
        elif word in set(Seniority):
            seniority = Seniority(word)
        elif word == "all" or word.removeprefix("-").isdecimal():
            questions = word
        else:
            names.append(word)
    if not names:
        _count(questions, max((len(role.questions) for role in roles.values()), default=0))
        return None
    role = find_role(" ".join(names), roles)
    return StartRequest(role, mode, _count(questions, len(role.questions)), seniority)


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
    number = available if asked == "all" else int(asked[:9])
    if not MIN_QUESTIONS <= number <= available:
        msg = f"The number of questions must be from {MIN_QUESTIONS} to {available}, not {asked[:9]}."
        raise BadRequestError(msg)
    return number
