"""The interviewer with a language model. What the model says is a proposal: code checks it, and decides the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.interviewers.belief import believed, plausible
from core.interviewers.blanks import blanked
from core.interviewers.followups import FollowUp, follow_up
from core.interviewers.grading import Grader
from core.interviewers.guards import kind_of
from core.interviewers.masking import heard
from core.interviewers.proposals import is_repeated, worth_asking
from core.interviewers.replies import Replies
from core.interviewers.strengthening import strengthened
from core.interviewers.vocabulary import made_ready
from core.model import AnswerKind, Consideration, Stronger
from core.ports import NOBODY
from core.prompts.consider import consider_prompt, read_consideration
from core.prompts.strengthen import read_stronger, strengthen_prompt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.interviewers.masking import Heard
    from core.interviewers.queue import ModelQueue
    from core.model import Assessment, Turn
    from core.ports import Waiting
    from core.prompts.consider import ReadConsideration
    from core.roles import Point, Question, Role

_SHORTENED = "The answer was too long to be read whole, so its beginning is not in this version."


class ModelInterviewer:
    """Considers and assesses with a language model; what code can tell without one is told by code, and first.

    Every method raises LanguageModelError when the model gives nothing that can be used.
    """

    def __init__(self, model: ModelQueue, passes: int = 1) -> None:
        self._model = model
        self._grader = Grader(model, passes)

    async def consider(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Consideration:
        """What kind of message the latest answer is, what is missing, and a follow-up that asks for it."""
        await made_ready(role)
        await self._model.in_turn()
        said = heard(role, turn)
        kind = kind_of(said.stops_latest())
        if kind is not AnswerKind.ANSWER:
            covered = tuple(one.point.id for one in said.whole.covered)
            return Consideration(kind, covered, _by_weight(said.whole.missing))
        fitted = consider_prompt(role, said.turn, self._model.context_tokens)
        replies = Replies(self._model, waiting)
        read = await replies.read(fitted.prompt, lambda reply: read_consideration(reply, turn.question))
        return self._considered(said, read)

    async def assess(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Assessment:
        """The levels of all answers of the turn together, with exact quotes."""
        return (await self._grader.grade(role, turn, waiting)).assessment

    async def strengthen(self, role: Role, turn: Turn, waiting: Waiting = NOBODY) -> Stronger:
        """The candidate's own answer one level up, with blanks for every figure and name that is not theirs.

        What is no answer has nothing to make stronger; it gets the blanks of the rules.
        """
        await made_ready(role)
        await self._model.in_turn()
        said = heard(role, turn)
        if said.stops() is not None:
            return strengthened(said.whole)
        fitted = strengthen_prompt(role, said.turn, _missed(said), self._model.context_tokens)
        read = await Replies(self._model, waiting).read(fitted.prompt, read_stronger)
        own = said.turn.answer_text, turn.question.text
        changes = tuple(blanked(change, *own) for change in read.changes)
        noted = (_SHORTENED, *changes) if fitted.shortened else changes
        return Stronger(blanked(read.text, *own), noted, self._model.name)

    def _considered(self, said: Heard, read: ReadConsideration) -> Consideration:
        covered = plausible(said.whole, read.covered)
        missing = _by_weight(point for point in said.question.points if point.id not in covered)
        kind = believed(read.kind, said.message, said.turn)
        name = self._model.name
        if kind is not AnswerKind.ANSWER:
            return Consideration(kind, covered, missing, made_by=name)
        chosen, worded_by = self._chosen(said, read, missing)
        return Consideration(kind, covered, missing, chosen.text, chosen.point, name, worded_by)

    def _chosen(self, said: Heard, read: ReadConsideration, missing: Sequence[str]) -> tuple[FollowUp, str]:
        """The follow-up, and who worded it: the model, or the role file in its place."""
        if not missing:
            return FollowUp(), self._model.name
        proposed = worth_asking(read.follow_up, said.turn)
        if proposed:
            return FollowUp(proposed, read.point), self._model.name
        return _prepared(said, missing), "rules"


def _prepared(said: Heard, missing: Sequence[str]) -> FollowUp:
    """A probe of the role file for something that is missing, in place of what the model proposed; "" for none."""
    chosen = follow_up(said.whole, said.turn)
    if chosen.text and (not chosen.point or chosen.point in missing) and not is_repeated(chosen.text, said.turn):
        return chosen
    aimed = {one.point for one in said.turn.utterances}
    points = (point for point in _points(said.question, missing) if point.id not in aimed)
    probes = (FollowUp(probe, point.id) for point in points for probe in point.probes)
    return next((probe for probe in probes if not is_repeated(probe.text, said.turn)), FollowUp())


def _missed(said: Heard) -> list[Point]:
    """The points that the answer left out, by its assessment where there is one."""
    assessed = said.turn.assessment
    return _points(said.question, assessed.missed) if assessed else list(said.whole.missing)


def _points(question: Question, ids: Sequence[str]) -> list[Point]:
    return [point for one in ids if (point := question.point(one))]


def _by_weight(points: Iterable[Point]) -> tuple[str, ...]:
    return tuple(point.id for point in sorted(points, key=lambda point: -point.weight))
