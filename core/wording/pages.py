"""What a candidate is shown beside an interview: menus, the report, history, help, and what did not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.events import Command
from core.messages import Block, Choice, Outbound, OutboundKind
from core.model import Interview, Outcome, Phase, QuestionResult, Report, ReportFinding
from core.wording.interview import REASONS, finding
from core.wording.pieces import count, heading, item, line, notice, score, sentence, small

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.model import HistoryItem, HistoryPage, Role, StartRequest

_NOTE_RULES = (
    "Assessed by rules, without a language model: they check whether the points are there, the order, figures and your "
    "own part. They cannot tell whether what you say is true."
)
COMMANDS = (
    ("interview", "start an interview: /interview backend_engineer coach 5 senior"),
    ("hint", "a hint for this question"),
    ("repeat", "the question again"),
    ("skip", "the next question"),
    ("pause", "keep the interview for later"),
    ("resume", "go on"),
    ("status", "where the interview stands"),
    ("stop", "end now, with a report on what was answered"),
    ("retry", "coach mode: try the question again"),
    ("next", "coach mode: the next question"),
    ("report", "your latest report, or /report 12 for that interview"),
    ("history", "your interviews"),
    ("roles", "the jobs I can interview for"),
    ("help", "this list"),
)


def report(made: Report, *, so_far: bool = False) -> Outbound:
    """The report of an interview; `so_far` when the interview is still open."""
    title = f"{'Report so far' if so_far else 'Your report'}: {made.role_title}, {made.seniority.value} level"
    blocks = [heading(title), line(_summary(made))]
    if made.total is not None:
        blocks.append(score("Total", made.total))
        for criterion in made.criteria:
            blocks += [
                score(criterion.label, criterion.level),
                small(f"About level {int(criterion.level + 0.5)}: {criterion.anchor}"),
            ]
    blocks += _finding_blocks("Strengths", made.strengths)
    blocks += _finding_blocks("To improve", made.improvements)
    if made.questions:
        blocks.append(heading("Question by question"))
    for result in made.questions:
        blocks += _question_blocks(result)
    if "rules" in made.assessors:
        blocks.append(small(_NOTE_RULES))
    return Outbound(OutboundKind.REPORT, tuple(blocks), report=made)


def _summary(made: Report) -> str:
    """How many questions the figures stand on."""
    pending = sum(one.outcome is Outcome.ANSWERED and one.total is None for one in made.questions)
    if made.total is None and not pending:
        none = "The question was not" if made.planned == 1 else f"None of the {made.planned} questions was"
        return f"{none} answered, so there is nothing to measure."
    left_out = made.planned - made.assessed - pending
    waiting = f"; {pending} answered and not assessed" if pending else ""
    rest = f"; {left_out} not answered and not measured" if left_out else ""
    return f"{made.assessed} of {count(made.planned, 'question')} assessed{waiting}{rest}."


def _finding_blocks(title: str, findings: Sequence[ReportFinding]) -> list[Block]:
    blocks = [heading(title)] if findings else []
    for found in findings:
        blocks += finding(f"Question {found.number}", found)
    return blocks


def _question_blocks(result: QuestionResult) -> list[Block]:
    title = f"{result.number}. {result.focus}"
    if result.total is None:
        said = {Outcome.SKIPPED: "skipped", Outcome.UNFINISHED: "not finished"}.get(
            result.outcome, "assessment pending"
        )
        return [line(f"{title}: {said}, not measured.")]
    blocks = [score(title, result.total)]
    if reason := REASONS.get(result.reason):
        blocks.append(small(reason))
    blocks += [item(f"Heard: {point}") for point in result.covered]
    blocks += [item(f"Not clearly heard: {point}") for point in result.missed]
    return blocks


def history(page: HistoryPage) -> Outbound:
    """A page of the candidate's interviews, newest first."""
    if not page.interviews:
        return Outbound(OutboundKind.HISTORY, (line("You have no interviews yet. /interview starts the first."),))
    blocks = [heading(f"Your history: {count(page.interviews, 'interview')}")]
    if page.average is not None:
        blocks.append(score("Average", page.average))
    blocks += [item(_history_line(one)) for one in page.items]
    blocks.append(small("/report followed by a number shows that report."))
    if page.older:
        blocks.append(small(f"/history {page.older} shows older ones."))
    choices = (Choice("Older", "history", str(page.older)),) if page.older else ()
    return Outbound(OutboundKind.HISTORY, tuple(blocks), choices)


def _history_line(one: HistoryItem) -> str:
    state = {Phase.FINISHED: "finished", Phase.DROPPED: "ended without a report", Phase.PAUSED: "paused"}.get(
        one.phase, "open"
    )
    total = f"{one.total:.1f} of 5" if one.total is not None else "no score"
    return f"{one.id} · {one.started_at:%Y-%m-%d %H:%M} · {one.role_title} · {one.mode.value} · {total} · {state}"


def help_page() -> Outbound:
    """Every command in one line each."""
    blocks = [heading("What you can say")]
    blocks += [item(f"/{name}: {meaning}") for name, meaning in COMMANDS]
    blocks.append(small('Plain words work too: "can you repeat that?", "what do you mean?", "skip this one".'))
    return Outbound(OutboundKind.HELP, tuple(blocks))


def role_menu(roles: Sequence[Role], request: str = "") -> Outbound:
    """The jobs to choose from; `request` is what else was asked for (mode, number, level)."""
    choices = tuple(Choice(role.title, "interview", f"{role.id} {request}".strip()) for role in roles)
    blocks = [line("Which job shall we practise for?")]
    blocks += [item(f"{role.title} ({role.id}): {role.summary}") for role in roles]
    return Outbound(OutboundKind.MENU, tuple(blocks), choices, default=choices[0] if choices else None)


def roles_page(roles: Sequence[Role]) -> Outbound:
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
        tuple(Choice(role.title, "interview", role.id) for role in roles),
    )


def open_already(interview: Interview, request: StartRequest | None) -> Outbound:
    """One interview at a time: go on, finish or drop. Who asks for another role finishes by default."""
    go_on = Choice("Go on", "resume")
    finish = Choice("Finish it now, with a report", "stop")
    other = request is not None and request.role.id != interview.role.id
    where = f"question {interview.number} of {len(interview.plan)}"
    return Outbound(
        OutboundKind.MENU,
        (line(f"You have an open interview for {interview.role.title}, at {where}. What shall we do with it?"),),
        (go_on, finish, Choice("Drop it", "drop")),
        default=finish if other else go_on,
    )


def no_interview() -> Outbound:
    """A message for an interview when none is open."""
    return notice("No interview is running. /interview starts one, /history shows the earlier ones.")


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
    Phase.PAUSED: "The interview is paused. /resume goes on, /stop ends it with a report.",
    Phase.REPORTING: "The questions are over; the report is being made. /report shows it so far, /stop ends with that.",
    Phase.FINISHED: "This interview is over. /report shows the report, /interview starts a new one.",
    Phase.DROPPED: "This interview is over. /interview starts a new one.",
}
_UNFIT_COMMANDS: dict[tuple[Phase, Command], str] = {
    (Phase.ASKING, Command.NEXT): "The next question comes after this one; /skip leaves this one out.",
    (Phase.ASKING, Command.RETRY): "You can try a question again in coach mode, after its feedback.",
    (Phase.ASKING, Command.DONE): "I have no answer from you yet.",
    (Phase.PAUSED, Command.PAUSE): "The interview is paused already; /resume goes on.",
}


def unfit(phase: Phase, command: Command | None, *, stale: bool = False) -> Outbound:
    """Something that does not fit the state of the interview, said kindly; `stale` for a button of an earlier turn."""
    if stale:
        return notice("That choice belongs to an earlier question. Nothing was changed.")
    special = _UNFIT_COMMANDS.get((phase, command)) if command else None
    return notice(special or _UNFIT[phase])


def too_late_to_edit() -> Outbound:
    """An edit of a message that is not part of the current answer any more."""
    return notice(
        "That answer has been taken already, so the change comes too late. You can add it to your next answer."
    )


def not_saved(reason: str) -> Outbound:
    """What follows from an answer could not be saved; `reason` is the store's sentence."""
    return notice(f"I cannot go on: {reason} What you said before is kept.")


def something_failed() -> Outbound:
    """An effect failed in a way nobody foresaw."""
    return notice(
        "Something went wrong on my side. What you said is saved; /repeat shows the question, /status where we are."
    )
