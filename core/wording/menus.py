"""The way into an interview: who I am, how it goes, the jobs, and the card to choose mode, length and level on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.messages import Choice, Outbound, OutboundKind
from core.model import Interview, Mode, Phase, StartRequest
from core.policy import MAX_FOLLOW_UPS
from core.roles import Seniority
from core.speech import ReplyStyle
from core.wording.pieces import count, heading, item, line, sentence, small
from core.wording.privacy import privacy
from core.wording.settings import REPLIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.roles import Role

BEGIN = Choice("Start an interview", "interview")
HISTORY = Choice("History", "history")
GO_ON = Choice("Go on", "resume")
_LENGTHS = (3, 5)
_MINUTES = 4
"""What a question takes with its follow-ups: our own estimate."""
_MEANING = {
    Mode.MOCK: "Mock interview: feedback comes in a report at the end.",
    Mode.COACH: "Coach interview: feedback comes after every question, and you can try it again.",
}
_MODE, _LENGTH, _LEVEL, _REPLY, _ONWARD = range(5)
"""The rows of the card."""


def start_page(
    platform: str, interview: Interview | None = None, *, known: bool = False, listens: bool = False
) -> Outbound:
    """Who I am and how to begin; `interview` is the open one, and `known` says that there were interviews before.

    `listens` says that answers can be spoken.
    """
    how = "in your own words, written or as voice notes," if listens else "in your own words,"
    blocks = [
        heading("Your interview partner"),
        line(
            f"I hold practice interviews: I ask, you answer {how} and I follow up on what is missing. "
            "At the end you get scores and advice that quote what you said."
        ),
    ]
    if interview:
        blocks.append(line(_standing(interview)))
    return Outbound(
        OutboundKind.MENU,
        (*blocks, small(privacy(platform, listens=listens))),
        (
            *((GO_ON,) if interview else ()),
            BEGIN,
            Choice("How it works", "how"),
            Choice("Settings", "settings"),
            *((HISTORY,) if known else ()),
        ),
    )


def how_page(*, listens: bool = False, speaks: bool = False) -> Outbound:
    """How an interview goes: a page to read. `listens` says that answers can be spoken, `speaks` that questions can."""
    spoken = [
        item("You can answer by voice note, too: I show you what I heard, and you can correct it or record again.")
    ]
    aloud = [item("I can also ask aloud: /voice on.")]
    return Outbound(
        OutboundKind.HELP,
        (
            heading("How an interview goes"),
            item("You choose a job, and then the mode, the length and the level."),
            item("A mock interview keeps feedback for the report; a coach interview gives it after every question."),
            item("I ask one question at a time. Answer in one message or in several; I wait until you have finished."),
            *(spoken if listens else []),
            *(aloud if speaks else []),
            item(f"I may follow up on what is missing, up to {count(MAX_FOLLOW_UPS, 'time')} a question."),
            item("Under each question: Hint, Repeat, Skip, Pause (go on any time later) and Finish."),
            item("At the end of a mock interview you rate yourself first. Then comes the report."),
            item("It scores communication, knowledge of the job and structure from 1 to 5, with quotes of your words."),
            item("After it you can try a question again, see an answer made stronger, or disagree with an assessment."),
            small("/help lists what you can type."),
        ),
        (BEGIN,),
    )


def role_menu(
    roles: Sequence[Role], request: str = "", again: StartRequest | None = None, *, problem: str = ""
) -> Outbound:
    """The jobs to choose from; `request` is what else was asked for, `again` the latest interview's choice.

    `problem` is a clause that says why something else cannot be had.
    """
    choices = (*_again(again), *(Choice(role.title, "setup", f"{role.id} {request}".strip()) for role in roles))
    blocks = [*([line(sentence(problem))] if problem else []), line("Which job shall we practise for?")]
    blocks += [item(f"{role.title} ({role.id}): {role.summary}") for role in roles]
    return Outbound(OutboundKind.MENU, tuple(blocks), choices, default=choices[0] if choices else None)


def roles_page(roles: Sequence[Role], again: StartRequest | None = None) -> Outbound:
    """The jobs there are: a page to read, which asks for no decision."""
    return Outbound(
        OutboundKind.ROLES,
        (
            heading("Jobs I can interview for"),
            *(
                item(f"{role.title} ({role.id}), {count(len(role.questions), 'question')}: {role.summary}")
                for role in roles
            ),
            *(small(f"/interview starts one: /interview {role.id}") for role in roles[:1]),
        ),
        (*_again(again), *(Choice(role.title, "setup", role.id) for role in roles)),
    )


def setup_card(request: StartRequest, reply: ReplyStyle | None = None) -> Outbound:
    """What is chosen for an interview; every button holds the whole of it, with one thing changed.

    `reply` is how questions come, which is kept for all interviews; None where they come in one way only.
    """
    start = Choice("Start", "interview", _spelled(request), row=_ONWARD)
    return Outbound(
        OutboundKind.MENU,
        (
            heading(request.role.title),
            line(_MEANING[request.mode]),
            line(f"{count(request.questions, 'question')}, {request.seniority.value} level."),
            *([line(REPLIES[reply])] if reply else []),
            small(f"I estimate about {request.questions * _MINUTES} minutes."),
        ),
        (
            *(_option(mode.value.title(), request, replace(request, mode=mode), _MODE) for mode in Mode),
            *(_option(_length(n, request), request, replace(request, questions=n), _LENGTH) for n in _lengths(request)),
            *(_option(one.value.title(), request, replace(request, seniority=one), _LEVEL) for one in Seniority),
            *(_reply_option(one, request, reply) for one in ReplyStyle if reply),
            start,
            Choice("Another job", "setup", row=_ONWARD),
        ),
        default=start,
    )


def open_already(interview: Interview, request: StartRequest | None) -> Outbound:
    """One interview at a time: go on, finish or drop. Who asks for another role finishes by default."""
    finish = Choice("Finish it now, with a report", "stop")
    other = request is not None and request.role.id != interview.role.id
    return Outbound(
        OutboundKind.MENU,
        (line(f"{_standing(interview)} What shall we do with it?"),),
        (GO_ON, finish, Choice("Drop it", "drop")),
        default=finish if other else GO_ON,
    )


def _standing(interview: Interview) -> str:
    """Which interview is open, and where it stands."""
    where = f"at question {interview.number} of {len(interview.plan)}"
    if interview.phase is Phase.PAUSED:
        return f"Your interview for {interview.role.title} is paused, {where}."
    return f"You have an open interview for {interview.role.title}, {where}."


def _again(request: StartRequest | None) -> tuple[Choice, ...]:
    """The latest choice as one button."""
    if request is None:
        return ()
    label = f"Again: {request.role.title} · {request.mode.value} · {request.questions}"
    return (Choice(label, "interview", _spelled(request)),)


def _spelled(request: StartRequest) -> str:
    """The request as it is typed."""
    return f"{request.role.id} {request.mode.value} {request.questions} {request.seniority.value}"


def _option(label: str, now: StartRequest, then: StartRequest, row: int) -> Choice:
    return Choice(f"✓ {label}" if then == now else label, "setup", _spelled(then), row=row)


def _reply_option(style: ReplyStyle, request: StartRequest, now: ReplyStyle | None) -> Choice:
    label = f"✓ {style.value.title()}" if style is now else style.value.title()
    return Choice(label, "setup", f"{_spelled(request)} {style}", row=_REPLY)


def _lengths(request: StartRequest) -> list[int]:
    """How many questions are offered: the usual numbers that the role has, all of them, and what is chosen now."""
    available = len(request.role.questions)
    return sorted({*(number for number in _LENGTHS if number < available), request.questions, available})


def _length(number: int, request: StartRequest) -> str:
    return f"All {number}" if number == len(request.role.questions) else str(number)
