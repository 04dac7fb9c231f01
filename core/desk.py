"""Answers what a candidate asks for outside a running interview: a new interview, a report, history, settings, help."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core import engine, report
from core.effects import Effect, Send
from core.model import Interview, Mode, Phase, Preferences
from core.requests import BadRequestError, nearest, start_request
from core.wording import pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.messages import CommandSent, Outbound
    from core.ports import Clock, Store
    from core.roles import Role

SO_FAR = "so far"
"""The argument of `report` that asks for a report on the questions answered so far."""
_LARGEST_ID = 2**62
_SETTINGS = {"numbers off": Preferences(hide_numbers=True), "numbers on": Preferences(hide_numbers=False)}


class Answer(NamedTuple):
    """What follows from a message: the interview afterwards, what is to be done, and new preferences, if any."""

    interview: Interview | None
    effects: tuple[Effect, ...]
    preferences: Preferences | None = None


class Desk:
    """The front desk: commands that are not a step of an interview."""

    def __init__(self, store: Store, roles: Mapping[str, Role], clock: Clock) -> None:
        self._store = store
        self._roles = roles
        self._clock = clock

    async def answer(self, candidate: int, asked: CommandSent, interview: Interview | None) -> Answer:
        """The interview afterwards (a new one, or as it was) and the reply. `interview` is the open one, if any."""
        match asked.command:
            case "interview" | "start":
                return await self._start(candidate, asked, interview)
            case "report":
                reply = await self._report(candidate, asked.argument.strip(), interview)
            case "history":
                reply = pages.history(await self._store.history(candidate, _number(asked.argument)))
            case "settings":
                return await self._settings(candidate, asked.argument, interview)
            case "roles":
                reply = pages.roles_page(tuple(self._roles.values()))
            case "help":
                reply = pages.help_page()
            case unknown:
                reply = pages.unknown_command(
                    unknown[:40], nearest(unknown[:40], {name: name for name, _ in pages.COMMANDS})
                )
        return Answer(interview, (Send(reply),))

    async def _start(self, candidate: int, asked: CommandSent, interview: Interview | None) -> Answer:
        try:
            request = start_request(asked.argument, self._roles)
        except BadRequestError as problem:
            return Answer(interview, (Send(pages.bad_request(str(problem))),))
        if interview:
            return Answer(interview, (Send(engine.addressed(interview, pages.open_already(interview, request))),))
        if request is None:
            return Answer(None, (Send(pages.role_menu(tuple(self._roles.values()), asked.argument)),))
        before = await self._store.asked(candidate, request.role.id)
        return Answer(*engine.begin(request, candidate, asked.conversation, before, self._clock.now()))

    async def _settings(self, candidate: int, argument: str, interview: Interview | None) -> Answer:
        """What is set, after the change that was asked for; anything else changes nothing."""
        chosen = _SETTINGS.get(" ".join(argument.lower().split()))
        shown = chosen or await self._store.preferences(candidate)
        return Answer(interview, (Send(pages.settings(shown)),), chosen)

    async def _report(self, candidate: int, argument: str, interview: Interview | None) -> Outbound:
        if interview and argument == SO_FAR:
            made = report.build(interview)
            return pages.report(made, so_far=True) if made.assessed else pages.nothing_assessed()
        number = _number(argument)
        if number is None and argument not in {"", SO_FAR}:
            return pages.no_report()
        if interview and number is None and interview.report is None:
            if interview.mode is Mode.MOCK and interview.phase is not Phase.REPORTING:
                return pages.report_at_the_end()
            return await self._report(candidate, SO_FAR, interview)
        return await self._kept_report(candidate, number)

    async def _kept_report(self, candidate: int, number: int | None) -> Outbound:
        """A report that was made; what can be done with it is offered only where it is the candidate's latest."""
        newest = await self._store.current_interview(candidate)
        if newest and newest.phase is Phase.FINISHED and newest.report and number in {None, newest.id}:
            return engine.addressed(newest, pages.report(newest.report))
        found = await self._store.report(candidate, number)
        return pages.report(found, past=True) if found else pages.no_report()


def _number(argument: str) -> int | None:
    """An id that was typed, None when it is none."""
    argument = argument.strip()
    return int(argument) if argument.isdecimal() and len(argument) < len(str(_LARGEST_ID)) else None
