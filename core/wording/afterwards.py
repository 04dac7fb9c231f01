"""What the interviewer says once the questions are over; imported as `after`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import report
from core.events import Command
from core.messages import Choice, Outbound, OutboundKind
from core.model import Assessment, Interview, Mode, Outcome, Phase
from core.policy import MAX_REASON_WORDS
from core.roles import Criterion
from core.wording.assessed import outcome
from core.wording.delivery import hear_choices, of_answer
from core.wording.interview import review_choices
from core.wording.pieces import heading, item, line, listed, notice, quote, small

if TYPE_CHECKING:
    from core.messages import Block
    from core.model import QuestionResult

RATINGS = ("Poorly", "Not so well", "All right", "Well", "Very well")
"""The self-ratings 1 to 5."""
_WHICH = {
    Command.RETRY: "Which question do you want to try again?",
    Command.DISAGREE: "Which assessment do you disagree with?",
    Command.STRONGER: "Which of your answers shall I make stronger?",
}
_SHOW = Choice("Show the report", "report")
_RULES_ALONE = (
    "Your answer was assessed by rules, which look at the answer alone: as long as no language model is there, your "
    "reason is kept beside it and changes no level."
)


def rating(interview: Interview) -> Outbound:
    """Asks for the self-rating before the scores are seen; whoever simply goes on gives none."""
    turn = len(interview.turns) - 1
    levels = [Choice(label, "rate", str(level), turn) for level, label in enumerate(RATINGS, 1)]
    show = Choice("Show the report", "rate", "", turn)
    asked = line("That was the last question, thank you. Before the scores: how well did it go, in your own eyes?")
    alone = small("Without an answer the report comes by itself.")
    return Outbound(OutboundKind.MENU, (asked, alone), (*levels, show), show)


def rated() -> Outbound:
    """The self-rating is taken, and the report is still being made."""
    return notice("Thank you. Your report follows in a moment; what is not assessed by then is added to it later.")


def retried(interview: Interview, turn: int) -> Outbound:
    """Another attempt after the report: how it came out beside the one before."""
    made = interview.turns[turn].assessment
    earlier = [one.assessment for one in interview.turns[:turn] if one.question == interview.turns[turn].question]
    before = next((one for one in reversed(earlier) if one), None)
    number = _number(interview, turn)
    blocks = [heading(f"Question {number} again: {interview.turns[turn].question.focus}")]
    if made:
        blocks += outcome(interview, made, before, "your last try")
        blocks += of_answer(interview, turn)
        blocks.append(small("From now on your report counts this attempt."))
    else:
        blocks.append(line("There is no answer this time, so your report stays as it was."))
    hear = hear_choices(interview.turns[turn], turn)
    return Outbound(OutboundKind.FEEDBACK, tuple(blocks), (_again(number), _SHOW, *hear))


def retry_to_come() -> Outbound:
    """Another attempt after the report is over, and not assessed yet."""
    return notice("Thank you. I am looking at your new answer; how it compares with the one before follows.")


def ask_reason(interview: Interview, turn: int) -> Outbound:
    """Asks why the candidate disagrees."""
    asked = line(
        f"What did I get wrong about your answer to question {_number(interview, turn)}, "
        f"{interview.turns[turn].question.focus}? Tell me in a sentence or two, and I look at it again."
    )
    made = interview.turns[turn].assessment
    by_rules = (small(_RULES_ALONE),) if made and made.assessor == "rules" else ()
    never_mind = Choice("Never mind", "stop", turn=len(interview.turns) - 1)
    return Outbound(OutboundKind.MENU, (asked, *by_rules), (never_mind,))


def reason_too_long() -> Outbound:
    """A reason that is longer than anybody could weigh."""
    return notice(f"That is more than I can weigh. Please tell me in up to {MAX_REASON_WORDS} words what I got wrong.")


def left_as_it_was() -> Outbound:
    """The candidate does not object after all."""
    return notice("All right, I leave the assessment as it is. /report shows your report.")


def looking_again() -> Outbound:
    """The objection is taken."""
    return notice("Thank you, I have noted that. I am looking at your answer again; both results will be kept.")


def reassessed(interview: Interview, turn: int) -> Outbound:
    """What came of looking again: before and after."""
    looked_at = interview.turns[turn]
    before, made = looked_at.disputed, looked_at.assessment
    assert before is not None  # noqa: S101 - for the type checker; the engine says this of turns assessed twice
    assert made is not None  # noqa: S101 - the same
    number = _number(interview, turn)
    blocks = [heading(f"A second look at question {number}: {looked_at.question.focus}")]
    if before.levels == made.levels:
        blocks.append(line("It came out as before: no level has changed."))
        if made.assessor == "rules":
            blocks.append(small("I assess by rules here: they look at your answer alone, so a reason moves nothing."))
    else:
        blocks.append(_levels(interview, before))
    if (before.assessor, before.model) != (made.assessor, made.model):
        blocks.append(small(f"The first look was by {_by(before)}, this one by {_by(made)}."))
    blocks += outcome(interview, made, before, "the first look")
    blocks.append(small("Both results are kept; your report counts the second."))
    hear = hear_choices(looked_at, turn)
    return Outbound(OutboundKind.FEEDBACK, tuple(blocks), (_again(number), _SHOW, *hear))


def _levels(interview: Interview, before: Assessment) -> Block:
    """The levels of the first look in a line."""
    levels = [f"{interview.role.rule(one).label} {before.levels.of(one)}" for one in Criterion]
    return line(f"At the first look: {listed(levels)}.", "The second look came out differently.")


def _by(made: Assessment) -> str:
    return f"the language model {made.model}" if made.model else "rules"


def disputed_already() -> Outbound:
    """A second objection to the same answer."""
    return notice("I have looked at this answer a second time already; both results are kept. /retry tries it again.")


def still_assessing(interview: Interview, turn: int) -> Outbound:
    """For somebody who waits for an assessment, or wants something of an answer that has none yet."""
    number, again = _number(interview, turn), interview.turns[turn].disputed is not None
    doing = "looking at" if again else "assessing"
    return notice(
        f"I am still {doing} your answer to question {number}{' a second time' if again else ''}; "
        "what comes of it follows by itself."
    )


def which_question(interview: Interview, command: Command) -> Outbound:
    """Asks which question a command is about; only those that it can be about are offered."""
    questions = [one for one in report.build(interview).questions if _fits(one, command)]
    if not questions:
        pending = [
            index
            for index, turn in enumerate(interview.turns)
            if turn.outcome is Outcome.ANSWERED and turn.assessment is None
        ]
        none = notice("There is no assessed answer that this could be about.")
        return still_assessing(interview, pending[-1]) if pending else none
    choices = tuple(Choice(f"Question {one.number}: {one.focus}", command, str(one.number)) for one in questions)
    return Outbound(OutboundKind.MENU, (line(_WHICH[command]),), choices)


def _fits(result: QuestionResult, command: Command) -> bool:
    wanted = {
        Command.DISAGREE: result.outcome is Outcome.ANSWERED and result.disputed is None,
        Command.STRONGER: result.outcome is Outcome.ANSWERED,
    }
    return result.total is not None and wanted.get(command, True)


def strengthening() -> Outbound:
    """The stronger version is being written."""
    return notice("One moment, I am writing a stronger version of your answer from what you said.")


def still_strengthening(interview: Interview, turn: int) -> Outbound:
    """For somebody who waits long for a stronger version."""
    if interview.phase is Phase.REVIEWING and turn == len(interview.turns) - 1:
        return notice("A stronger version of your answer is on its way. /next goes on without it.")
    number = _number(interview, turn)
    return notice(f"I am still writing the stronger version of your answer to question {number}; it follows by itself.")


def stronger(interview: Interview, turn: int) -> Outbound:
    """The candidate's own answer one level up, what changed, and in coach mode at the first try a sample too."""
    strengthened = interview.turns[turn]
    made = strengthened.stronger
    assert made is not None  # noqa: S101 - for the type checker; the engine shows what has been written
    number = _number(interview, turn)
    blocks = [heading(f"Question {number}: a stronger version, in your own words"), quote(made.text)]
    blocks += [heading("What changed")] if made.changes else []
    blocks += [item(change) for change in made.changes]
    if "[" in made.text:
        blocks.append(small("Fill what stands in [brackets] with your own facts."))
    if made.made_by != "rules":
        blocks.append(small(f"Written by {made.made_by}, a language model: keep only what is true of you."))
    if interview.mode is Mode.COACH and strengthened.attempt == 1:
        blocks += [heading("What a strong answer can sound like"), quote(strengthened.question.sample)]
    if interview.phase is not Phase.REVIEWING:
        return Outbound(OutboundKind.STRONGER, tuple(blocks), (_again(number),))
    again, onward = review_choices(interview)
    return Outbound(OutboundKind.STRONGER, tuple(blocks), (again, onward), default=onward)


def _number(interview: Interview, turn: int) -> int:
    """The number of a turn's question."""
    return interview.plan.index(interview.turns[turn].question) + 1


def _again(number: int) -> Choice:
    return Choice(f"Try question {number} again", "retry", str(number))
