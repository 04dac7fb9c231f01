"""The interviewer without a language model: prepared probes and checklists from the role file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.assessment import lowest, total, verified
from core.interviewers.account import Account, account
from core.interviewers.findings import evidence, improvements, not_weighed, strengths
from core.interviewers.followups import follow_up
from core.interviewers.guards import guard, kind_of
from core.interviewers.levels import levels
from core.interviewers.strengthening import strengthened
from core.interviewers.vocabulary import made_ready
from core.model import AnswerKind, Assessment, Consideration, UtteranceKind
from core.ports import NOBODY

if TYPE_CHECKING:
    from core.model import Stronger, Turn
    from core.ports import Waiting
    from core.roles import Role


class RulesInterviewer:
    """Considers and assesses by rules: the same answer always gives the same result, and nothing leaves the process.

    Nobody waits for another here, and an objection alters no level: the rules weigh what was said, and nothing else.
    """

    async def consider(
        self,
        role: Role,
        turn: Turn,
        waiting: Waiting = NOBODY,  # noqa: ARG002 - the port's signature
    ) -> Consideration:
        """What kind of message the latest answer is, what the turn still lacks, and a follow-up about what was said."""
        await made_ready(role)
        whole = account(role, turn.question, turn.answer_text)
        covered = tuple(one.point.id for one in whole.covered)
        missing = tuple(point.id for point in whole.missing)
        kind = _kind(role, turn)
        if kind is not AnswerKind.ANSWER:
            return Consideration(kind, covered, missing)
        chosen = follow_up(whole, turn)
        return Consideration(kind, covered, missing, chosen.text, chosen.point)

    async def assess(
        self,
        role: Role,
        turn: Turn,
        waiting: Waiting = NOBODY,  # noqa: ARG002 - the port's signature
    ) -> Assessment:
        """The levels of all answers of the turn together, with exact quotes."""
        await made_ready(role)
        whole = account(role, turn.question, turn.answer_text)
        stopped = guard(whole)
        if stopped is not None:
            return lowest(stopped.value, tuple(point.id for point in turn.question.points), not_weighed(whole, stopped))
        weighed = verified(_weighed(whole), turn.answer_text)
        return replace(weighed, total=total(weighed.levels, role))

    async def strengthen(
        self,
        role: Role,
        turn: Turn,
        waiting: Waiting = NOBODY,  # noqa: ARG002 - the port's signature
    ) -> Stronger:
        """The candidate's own sentences in a better order, with blanks in brackets for what is missing."""
        await made_ready(role)
        return strengthened(account(role, turn.question, turn.answer_text))


def _weighed(whole: Account) -> Assessment:
    reached = levels(whole)
    return Assessment(
        levels=reached,
        total=1.0,
        evidence=evidence(whole),
        covered=tuple(one.point.id for one in whole.covered),
        missed=tuple(point.id for point in whole.missing),
        strengths=strengths(whole, reached),
        improvements=improvements(whole),
    )


def _kind(role: Role, turn: Turn) -> AnswerKind:
    """The kind of the latest answer; a short reply to a follow-up is an answer as long as it says anything."""
    latest = "\n".join(one.text for one in turn.latest_answer if one.kind is UtteranceKind.ANSWER)
    return kind_of(guard(account(role, turn.question, latest)))
