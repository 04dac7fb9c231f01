"""What a candidate is shown beside an interview: the report, help, settings, and what did not fit."""

from __future__ import annotations

from core.events import Command
from core.messages import Choice, Outbound, OutboundKind
from core.model import Phase
from core.wording.menus import BEGIN, GO_ON, HISTORY
from core.wording.pieces import heading, item, notice, sentence, small
from core.wording.reported import report as report  # noqa: PLC0414 - they are among the pages
from core.wording.settings import settings as settings  # noqa: PLC0414

COMMANDS = (
    ("start", "who I am, and how to begin"),
    ("interview", "start an interview: /interview backend_engineer coach 5 senior"),
    ("hint", "a hint for this question"),
    ("repeat", "the question again"),
    ("skip", "the next question"),
    ("pause", "keep the interview for later"),
    ("resume", "go on"),
    ("status", "where the interview stands"),
    ("stop", "end now, with a report on what was answered"),
    ("retry", "try a question again: after its feedback in coach mode, or after the report, as in /retry 2"),
    ("next", "coach mode: the next question"),
    ("stronger", "after the report: your own answer made stronger, as in /stronger 2"),
    ("disagree", "after the report: have an answer assessed again, as in /disagree 2"),
    ("report", "your latest report, or /report 12 for that interview"),
    ("transcript", "what was said, or /transcript 12 for that interview"),
    ("history", "your interviews"),
    ("roles", "the jobs I can interview for"),
    ("settings", "what you have set; /settings numbers off gives feedback in words only"),
    ("voice", "how questions come: /voice on, off or both"),
    ("link", "join your accounts on two platforms"),
    ("unlink", "part them again"),
    ("forget", "delete everything I have kept of you"),
    ("help", "this list"),
)


def help_page(*, speaks: bool = True) -> Outbound:
    """Every command in one line each, that about voice only where the bot `speaks`."""
    blocks = [heading("What you can say")]
    blocks += [item(f"/{name}: {meaning}") for name, meaning in COMMANDS if speaks or name != "voice"]
    blocks.append(small('Plain words work too: "can you repeat that?", "what do you mean?", "skip this one".'))
    return Outbound(OutboundKind.HELP, tuple(blocks))


def no_interview(*, over: bool = False, told: bool = False) -> Outbound:
    """A message for an interview when none is open; `over` when the latest has ended with its report.

    `told` says that they hear of it anyway that none is running.
    """
    if over:
        return notice(
            "Your interview is over. /report shows its report, /retry takes a question again, /interview starts a new "
            "one.",
            Choice("Report", "report"),
            BEGIN,
            HISTORY,
        )
    none = "" if told else "No interview is running. "
    return notice(f"{none}/interview starts one, /history shows the earlier ones.", BEGIN, HISTORY)


def no_report() -> Outbound:
    """A report was asked for and there is none."""
    return notice("There is no such report among your interviews. /history lists them.")


def report_at_the_end() -> Outbound:
    """The report was asked for while a mock interview is open."""
    return notice("The report comes at the end. /stop ends the interview now and gives it.")


def nothing_assessed() -> Outbound:
    """A report so far was asked for before anything was assessed."""
    return notice("Nothing has been assessed yet, so there is no report so far.")


def unknown_command(name: str, nearest: str | None) -> Outbound:
    """A command that does not exist."""
    meant = f" Did you mean /{nearest}?" if nearest else " /help lists what I know."
    return notice(f"I do not know /{name}.{meant}")


def bad_request(problem: str) -> Outbound:
    """An interview was asked for that cannot be; `problem` is a clause."""
    return notice(sentence(problem))


def role_gone() -> Outbound:
    """The open interview's role file was changed or removed by the owner."""
    return notice(
        "The questions of your open interview were changed or removed by the owner, so it cannot go on. "
        "What you said is kept; /interview starts a new one."
    )


_UNFIT: dict[Phase, str] = {
    Phase.ASKING: "That does not fit here: I am waiting for your answer. /repeat shows the question.",
    Phase.CONSIDERING: "One moment, I am still thinking about your answer.",
    Phase.REVIEWING: "That does not fit here: /retry tries this question again, /next goes on.",
    Phase.OBJECTING: "I am waiting to hear what I got wrong about that answer. /stop leaves the assessment as it is.",
    Phase.PAUSED: "The interview is paused. /resume goes on, /stop ends it with a report.",
    Phase.REPORTING: "The questions are over; the report is being made. /report shows it so far, /stop ends with that.",
    Phase.FINISHED: "This interview is over. /report shows the report, /retry tries a question again, /interview "
    "starts a new one.",
    Phase.DROPPED: "This interview is over. /interview starts a new one.",
}
_UNFIT_COMMANDS: dict[tuple[Phase, Command], str] = {
    (Phase.ASKING, Command.NEXT): "The next question comes after this one; /skip leaves this one out.",
    (
        Phase.ASKING,
        Command.RETRY,
    ): "You can try a question again after the report, and in coach mode after its feedback.",
    (Phase.ASKING, Command.DONE): "I have no answer from you yet.",
    (Phase.PAUSED, Command.PAUSE): "The interview is paused already; /resume goes on.",
}
_ELSEWHERE: dict[Command, str] = {
    Command.DISAGREE: "You can disagree with an assessment once you have the report.",
    Command.STRONGER: "You can ask for a stronger version of an answer once you have the report.",
    Command.RATE: "That is asked once, at the end of a mock interview and before its report. Nothing was changed.",
}
"""What commands that belong to the report are told before it and, the rating, at any other time."""


def unfit(phase: Phase, command: Command | None, *, stale: bool = False) -> Outbound:
    """Something that does not fit the state of the interview, said kindly; `stale` for a button of what has passed."""
    if stale:
        return notice("That choice belongs to an earlier question or interview. Nothing was changed.")
    onward = (GO_ON,) if phase is Phase.PAUSED else ()
    if command is None or phase is Phase.DROPPED:
        return notice(_UNFIT[phase], *onward)
    said = _UNFIT_COMMANDS.get((phase, command)) or _ELSEWHERE.get(command) or _UNFIT[phase]
    return notice(said, *onward)


def written_elsewhere() -> Outbound:
    """Words came that were written under an earlier question or interview."""
    return notice(
        "That was written under an earlier question or interview, so it was not taken. Please answer under the latest "
        "question."
    )


def too_late_to_edit() -> Outbound:
    """An edit of a message that is not part of the current answer any more."""
    return notice(
        "That answer has been taken already, so the change comes too late. You can add it to your next answer."
    )


def not_saved(reason: str) -> Outbound:
    """What follows from an answer could not be saved; `reason` is the store's sentence."""
    return notice(f"I cannot go on: {reason} What you said before is kept, and I go on when that is over.")


def something_failed(*, over: bool = False) -> Outbound:
    """An effect failed in a way nobody foresaw; `over` when the report is there."""
    if over:
        return notice(
            "Something went wrong on my side, so this has to wait. Nothing is lost; I try it again when I am started "
            "next. /report shows your report."
        )
    return notice(
        "Something went wrong on my side. What you said is saved; /repeat shows the question, /status where we are."
    )
