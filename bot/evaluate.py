"""Measures an interviewer by answers that people graded, so that an owner can choose a model by figures."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.figures import as_json, figures, show
from bot.graded import golden_files, read_graded, spread_evenly
from bot.measuring import Grade, Grading, Measuring
from bot.settings import Settings
from bot.wiring import model_of, queue_of, roles_of
from core.interviewers.grading import Grader
from core.interviewers.rules import RulesInterviewer
from core.model import Turn
from core.ports import LanguageModelError
from core.roles import Role
from core.wording.pieces import count

RULES = "rules"
"""The name that stands for the rules interviewer, so that a model can be compared with it."""
EXIT_OK, EXIT_FAILED, EXIT_INTERRUPTED = 0, 1, 130


@dataclass(frozen=True, slots=True)
class EvalOptions:
    """What the command line asked for, beside the settings; without a file, the answers that come with the source."""

    files: Sequence[Path] = ()
    repeat: int = 1
    limit: int | None = None
    as_json: bool = False
    by_rules: bool = False


def evaluate(settings: Settings, options: EvalOptions) -> int:
    """Measure and show the figures, also of what Ctrl-C or a failing model left unfinished. Returns the exit status."""
    files = options.files or golden_files()
    answers = spread_evenly(read_graded(files, roles_of(settings).roles), options.limit)
    measuring = Measuring(answers, options.repeat)
    interrupted = False
    try:
        asyncio.run(_measure(measuring, settings, options))
    except KeyboardInterrupt:
        interrupted = True
    model, passes = (RULES, 1) if options.by_rules else (settings.ollama_model, settings.assessment_passes)
    found = figures(measuring, model, passes)
    if options.as_json:
        print(as_json(measuring, found, interrupted=interrupted))  # noqa: T201 - what was asked for
    elif measuring.shows_something:
        show(measuring, found)
    _tell_what_is_missing(measuring, interrupted=interrupted)
    if interrupted:
        return EXIT_INTERRUPTED
    return EXIT_OK if measuring.is_whole else EXIT_FAILED


async def _measure(measuring: Measuring, settings: Settings, options: EvalOptions) -> None:
    console = Console(stderr=True)
    if options.by_rules:
        await _with_bar(measuring, _by_rules, console)
        return
    async with model_of(settings) as model:
        try:
            with console.status(f"Loading {settings.ollama_model} ..."):
                await model.prepare()
        except LanguageModelError as error:
            measuring.give_up(error)
            return
        grader = Grader(queue_of(model, settings), settings.assessment_passes)
        await _with_bar(measuring, partial(_by_model, grader), console)


async def _with_bar(measuring: Measuring, grade: Grade, console: Console) -> None:
    """Measure with a bar on standard error, where that is a terminal."""
    columns = TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=measuring.wanted)
        await measuring.measure(grade, partial(progress.advance, task))


async def _by_rules(role: Role, turn: Turn) -> Grading:
    assessment = await RulesInterviewer().assess(role, turn)
    return Grading(assessment, decided=bool(assessment.reason))


async def _by_model(grader: Grader, role: Role, turn: Turn) -> Grading:
    """What the model gives, unless code decides first: as in an interview."""
    graded = await grader.grade(role, turn)
    return Grading(
        graded.assessment,
        decided=not graded.replies,
        quotes_claimed=graded.quotes,
        quotes_real=graded.real_quotes,
        replies=graded.replies,
        invalid_replies=graded.invalid_replies,
    )


def _tell_what_is_missing(measuring: Measuring, *, interrupted: bool) -> None:
    """Say how much was measured where that is not all, and why."""
    for sentence, times in measuring.failures.most_common():
        _tell(f"{times} times: {sentence}" if times > 1 else sentence)
    if measuring.is_whole:
        return
    if not measuring.shows_something:
        _tell("The model graded nothing, so there are no figures to show.")
    done = f"{measuring.graded} of {count(measuring.wanted, 'grading')} made"
    if interrupted:
        _tell(f"Stopped: {done}, so these figures are not those of the whole set.")
    elif measuring.stopped:
        _tell(f"Given up, as the rest would fail too: {done}, so these figures are not those of the whole set.")
    else:
        _tell(f"Only {done}, so these figures are not those of the whole set.")


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - a word beside the figures
