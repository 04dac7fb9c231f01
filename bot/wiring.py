"""Puts the parts together, the same way for every command."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import UTC, datetime

from adapters.roles import RoleFiles, load_roles
from bot.settings import BadSettingError, InterviewerChoice, Settings
from core.interviewers.rules import RulesInterviewer
from core.ports import Interviewer


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def roles_of(settings: Settings) -> RoleFiles:
    """The roles; each mistake in a file is one line on standard error, and the other files are used."""
    found = load_roles(settings.role_folders)
    for mistake in found.mistakes:
        print(f"Role file left out: {mistake}", file=sys.stderr)  # noqa: T201 - for the owner, whatever is logged
    return found


def interviewer_of(settings: Settings) -> Interviewer:
    """The interviewer that the settings ask for. Raises BadSettingError for one that this version has not."""
    if settings.interviewer is InterviewerChoice.MODEL:
        raise BadSettingError("INTERVIEWER: this version has no language model yet. Set it to rules or auto.")
    return RulesInterviewer()


def start_logging(settings: Settings) -> None:
    """Log to standard error, so that standard output holds the interview only."""
    logging.basicConfig(
        level=settings.log_level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
