"""What the interviewer says while an interview runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.messages import Block, Choice, Outbound, OutboundKind
from core.model import Assessment, Interview, Mode, Outcome, Persona, Phase, Turn, UtteranceKind
from core.policy import MAX_ANSWER_WORDS, MAX_FOLLOW_UPS, MAX_KEPT_CHARACTERS
from core.wording.assessed import outcome
from core.wording.delivery import hear_choices, of_answer
from core.wording.menus import BEGIN
from core.wording.pieces import count, heading, item, line, notice, sentence, small
from core.wording.privacy import privacy

if TYPE_CHECKING:
    from core.roles import Question

_THANKS = ("Thank you.", "All right, thank you.", "Thanks, I have that.", "Understood, thank you.")
_CHATTY_BUDGET = "In about 120 words, please: one example, and what came of it."
_BOUNDARY_ALOUD = "I can only work with answers to the question."
_BOUNDARY = f"{_BOUNDARY_ALOUD} Say it in your own words, or use /skip or /stop."
_REVIEWING = "You are looking at feedback: /retry tries the question again, /next goes on."
_FEEDBACK_TO_COME = "Your feedback is on its way. /next goes on without it."
_STEPS = (
    "first, where it was and what the matter was",
    "then, what you yourself did",
    "last, what came of it",
)


def welcome(interview: Interview) -> Outbound:
    """The opening of an interview."""
    mode = (
        "I keep my thoughts to myself until the report at the end."
        if interview.mode is Mode.MOCK
        else "After each question you get feedback, and you can try it again."
    )
    return Outbound(
        OutboundKind.NOTICE,
        (
            heading(
                f"{interview.role.title}, {interview.seniority.value} level, {count(len(interview.plan), 'question')}"
            ),
            line(
                f"This is a {interview.mode.value} interview. {mode} Answer as you would in the room; I may ask back."
            ),
            small(
                f"{privacy(interview.conversation.platform)} /help shows what you can say, /pause keeps this for later."
            ),
        ),
    )


def question(interview: Interview, persona: Persona = Persona.STANDARD, *, again: bool = False) -> Outbound:
    """The current question, in the way that suits the candidate; `again` when it was asked before."""
    turn = interview.turns[-1]
    blocks = [small(f"Question {interview.number} of {len(interview.plan)} · {turn.question.focus}")]
    if not again and len(interview.turns) > 1 and turn.attempt == 1:
        blocks[:0] = _lead_in(interview, persona)
    blocks.append(line(turn.question.text))
    if not again:
        blocks += _support(turn.question, persona)
    return Outbound(OutboundKind.QUESTION, tuple(blocks), controls(interview), spoken=turn.question.text)


def _lead_in(interview: Interview, persona: Persona) -> list[Block]:
    """A word on the last answer: none for the efficient, and never praise."""
    last = interview.turns[-2]
    if persona is Persona.EFFICIENT or interview.mode is Mode.COACH or last.outcome is Outcome.SKIPPED:
        return []
    if last.outcome is Outcome.NOT_ANSWERED:
        return [line("Never mind, let us take the next one.")]
    if persona is Persona.CHATTY:
        return [line("Thank you, that was a lot of detail. I will take the next question now.")]
    return [line(_THANKS[len(interview.turns) % len(_THANKS)])]


def _support(asked: Question, persona: Persona) -> list[Block]:
    """What a persona needs beside the question."""
    if persona is Persona.CONFUSED:
        steps = [item(sentence(step)) for step in _STEPS]
        return [line("Take it in steps:"), *steps, line(f"To begin with: {asked.hint}")]
    if persona is Persona.CHATTY:
        return [line(_CHATTY_BUDGET)]
    if persona is Persona.EDGE_CASE:
        return [small(_BOUNDARY)]
    return []


def follow_up(interview: Interview, persona: Persona = Persona.STANDARD, *, again: bool = False) -> Outbound:
    """The follow-up that was asked last."""
    turn = interview.turns[-1]
    asked = next(one for one in reversed(turn.utterances) if one.kind is UtteranceKind.FOLLOW_UP)
    blocks = [small(f"Follow-up {turn.count(UtteranceKind.FOLLOW_UP)} of {MAX_FOLLOW_UPS}"), line(asked.text)]
    if persona is Persona.CONFUSED and not again:
        blocks.append(line("One or two sentences are enough; begin with “I …”."))
    elif persona is Persona.CHATTY and not again:
        blocks.append(line("Two or three sentences, please: just this part."))
    return Outbound(OutboundKind.FOLLOW_UP, tuple(blocks), controls(interview), spoken=asked.text)


def current(interview: Interview) -> Outbound:
    """What was asked last and waits for an answer."""
    if interview.turns[-1].count(UtteranceKind.FOLLOW_UP):
        return follow_up(interview, again=True)
    return question(interview, again=True)


def controls(interview: Interview) -> tuple[Choice, ...]:
    """The buttons under a question."""
    turn = len(interview.turns) - 1
    names = ("Hint", "Repeat", "Skip", "Pause")
    return (*(Choice(name, name.lower(), turn=turn) for name in names), Choice("Finish", "stop", turn=turn))


def hint(interview: Interview) -> Outbound:
    """The hint of the current question."""
    text = interview.turns[-1].question.hint
    return replace(notice(f"A hint: {text}"), spoken=text)


def clarification(text: str) -> Outbound:
    """The question in other words."""
    return replace(notice(text), spoken=text)


def clarified(turn: Turn) -> str:
    """What the current question is after: for a follow-up its point, else what the question looks for first."""
    asked = [one for one in turn.utterances if one.kind in {UtteranceKind.QUESTION, UtteranceKind.FOLLOW_UP}]
    aimed = turn.question.point(asked[-1].point)
    if aimed:
        return f"I would like to hear {aimed.text}."
    points = sorted(turn.question.points, key=lambda point: -point.weight)[:2]
    return f"In other words: tell me {' and '.join(point.text for point in points)}. {turn.question.hint}"


def clarified_enough() -> Outbound:
    """The answer to one request for clarification too many."""
    return notice("Take it the way you understand it; there is no trick in it. Or use /skip for the next question.")


def redirect(interview: Interview, persona: Persona) -> Outbound:
    """Back to the question, kindly."""
    asked = interview.turns[-1].question
    said = aloud = "I do not see yet how that answers the question."
    if persona is Persona.EDGE_CASE:
        said, aloud = _BOUNDARY, _BOUNDARY_ALOUD
    about = f"It is about {_lower(asked.focus)}:"
    return Outbound(
        OutboundKind.NOTICE,
        (line(f"{said} {about}"), line(asked.text)),
        controls(interview),
        spoken=f"{aloud} {about} {asked.text}",
    )


def encouragement(interview: Interview, persona: Persona) -> Outbound:
    """Help for somebody who has no answer."""
    said = aloud = "That happens to everybody. Something small or from another job, study or private life counts too."
    if persona is Persona.EDGE_CASE:
        said, aloud = _BOUNDARY, _BOUNDARY_ALOUD
    start = f"To begin with: {interview.turns[-1].question.hint}"
    return Outbound(
        OutboundKind.NOTICE,
        (line(said), line(start), small("If nothing comes to mind, /skip takes the next question.")),
        controls(interview),
        spoken=f"{aloud} {start}",
    )


def feedback(interview: Interview) -> Outbound:
    """Coach mode: the assessment of the current turn, with the change since the attempt before."""
    turn = interview.turns[-1]
    assert turn.assessment is not None  # noqa: S101 - for the type checker; the engine sends feedback on assessed turns
    before = _attempt_before(interview)
    blocks = [heading(f"Feedback on question {interview.number}: {turn.question.focus}")]
    blocks += outcome(interview, turn.assessment, before, "your last try")
    index = len(interview.turns) - 1
    blocks += of_answer(interview, index)
    again, onward = review_choices(interview)
    choices = (again, onward, *hear_choices(turn, index))
    return Outbound(OutboundKind.FEEDBACK, tuple(blocks), choices, default=onward)


def feedback_to_come() -> Outbound:
    """For somebody who waits for the feedback."""
    return notice(_FEEDBACK_TO_COME)


def _attempt_before(interview: Interview) -> Assessment | None:
    """The assessment of the attempt before the current one, if there was one."""
    turn = interview.turns[-1]
    earlier = [one for one in interview.turns[:-1] if one.question.id == turn.question.id and one.assessment]
    return earlier[-1].assessment if earlier else None


def review_choices(interview: Interview) -> tuple[Choice, Choice]:
    """The two ways on after feedback."""
    turn = len(interview.turns) - 1
    last = interview.report is not None or interview.number == len(interview.plan)
    return Choice("Try again", "retry", turn=turn), Choice(
        "To the report" if last else "Next question", "next", turn=turn
    )


def too_long(words: int, characters: int, *, cut: bool) -> Outbound:
    """An answer that is kept but not assessed; `cut` when only its beginning is kept."""
    kept = "It is kept in your transcript but"
    if cut:
        kept = f"The first {count(MAX_KEPT_CHARACTERS, 'character')} are kept in your transcript; it"
    length = count(words, "word") if words > MAX_ANSWER_WORDS else count(characters, "character")
    return notice(
        f"That makes {length}; I can assess up to {MAX_ANSWER_WORDS:,} words. {kept} "
        "does not count. Please give me the short version: the situation, what you did, what came of it."
    )


def stand_in() -> Outbound:
    """The rules go on in place of a language model that does not answer."""
    return notice("The language model does not answer at the moment, so I go on by rules. Nothing is lost.")


def waiting(place: int) -> Outbound:
    """For somebody who waits for the language model; `place` in line counts from 1."""
    where = "you are next in line" if place == 1 else f"you are number {place} in line"
    return notice(f"Others are before you: {where}. Your words are safe, and I go on by myself.")


def no_words() -> Outbound:
    """A message without a single word."""
    return notice("I could not find any words in that. Please answer in words, or use /hint or /skip.")


def take_your_time() -> Outbound:
    """For somebody who asks for a moment."""
    return notice("Take your time.")


def edited() -> Outbound:
    """An edit that reached the answer in time."""
    return notice("Changed; I will use the new text.")


def paused(interview: Interview) -> Outbound:
    """The interview rests."""
    resume = Choice("Go on", "resume")
    return notice(
        f"Paused at question {interview.number} of {len(interview.plan)}. Everything is kept; /resume goes on here.",
        resume,
        default=resume,
    )


def resumed(interview: Interview) -> Outbound:
    """The interview goes on."""
    return notice(f"Going on with question {interview.number} of {len(interview.plan)}.")


def status(interview: Interview) -> Outbound:
    """Where the interview stands."""
    assessed = interview.turns[-1].assessment
    doing = {
        Phase.ASKING: "I am waiting for your answer.",
        Phase.CONSIDERING: "I am thinking about your answer.",
        Phase.REVIEWING: _REVIEWING if assessed else _FEEDBACK_TO_COME,
        Phase.PAUSED: "It is paused; /resume goes on.",
        Phase.OBJECTING: "I am waiting to hear what I got wrong; /stop leaves the assessment as it is.",
        Phase.REPORTING: "The report is being made; /report shows it so far, /stop ends with that.",
    }[interview.phase]
    title = (
        f"{interview.role.title}, {interview.mode.value}: question {interview.number} of {len(interview.plan)}. {doing}"
    )
    return Outbound(OutboundKind.STATUS, (line(title),))


def dropped(interview: Interview) -> Outbound:
    """An interview that ended without a report."""
    return notice(
        f"The {interview.role.title} interview is ended without a report. What was said stays in your history.",
        BEGIN,
    )


def nothing_to_report(*, unheard: bool = False) -> Outbound:
    """An interview that was stopped before anything was answered, or while a voice note was `unheard`."""
    why = "Your voice note was not taken yet" if unheard else "Nothing was answered yet"
    return notice(f"Stopped. {why}, so there is nothing to report.", BEGIN)


def report_takes_longer() -> Outbound:
    """The report is due, and none of the answers is assessed yet."""
    return notice("Your answers are still being assessed. The report comes by itself as soon as there is one to read.")


def report_to_come() -> Outbound:
    """The end of an interview whose last answers are still being assessed."""
    return notice("Thank you, that was all. Your report follows as soon as your answers are assessed.")


def _lower(focus: str) -> str:
    """The focus within a sentence: abbreviations keep their capitals."""
    return focus if focus[:2].isupper() else focus[:1].lower() + focus[1:]
