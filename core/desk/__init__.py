"""Answers what a candidate asks for outside a running interview: a new interview, what is kept, settings, help."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from core import engine
from core.desk.answer import Answer
from core.desk.forgetting import Forgetting
from core.desk.hearing import Hearing
from core.desk.linking import Linking
from core.desk.records import SO_FAR, Records
from core.desk.settings import Settings
from core.effects import Send, reworded
from core.model import StartRequest
from core.requests import BadRequestError, besides_role, nearest, start_request
from core.wording import menus, pages, refusals, voice
from core.wording.settings import asked_in_writing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from core.messages import CommandSent, Outbound
    from core.model import Conversation, Interview, Preferences
    from core.ports import Clock, Store
    from core.roles import Role

__all__ = ["SO_FAR", "Desk"]

_DOUBLE_PRESS = timedelta(seconds=5)


class Desk:
    """The front desk: commands that are not a step of an interview.

    Of a candidate, `admits` says whether they can start an interview now, and `is_busy` whether something of theirs is
    being worked on. `listens` says that voice notes are heard here, `speaks` that questions can be spoken.
    """

    def __init__(  # noqa: PLR0913 - one for each thing that it has to know
        self,
        store: Store,
        roles: Mapping[str, Role],
        clock: Clock,
        *,
        admits: Callable[[int], Awaitable[bool]],
        is_busy: Callable[[int], bool],
        listens: bool = False,
        speaks: bool = False,
    ) -> None:
        self._store = store
        self._roles = roles
        self._clock = clock
        self._admits = admits
        self._listens = listens
        self._speaks = speaks
        self._records = Records(store)
        self._hearing = Hearing(store)
        self._forgetting = Forgetting(store)
        self._linking = Linking(store, clock, is_busy)
        self._settings = Settings(store, listens=listens, speaks=speaks)

    async def answer(self, candidate: int, asked: CommandSent, interview: Interview | None) -> Answer:
        """The interview afterwards (a new one, or as it was) and the reply. `interview` is the open one, if any."""
        answer = await self._answer(candidate, asked, interview)
        if not asked.turns_page:
            return answer
        turned = reworded(answer.effects, lambda page: replace(page, replaces=asked.pressed_in))
        return replace(answer, effects=turned)

    async def nothing_open(
        self, candidate: int, conversation: Conversation, *, over: bool = False, spoken: bool = False
    ) -> Answer:
        """The reply to a message, or one `spoken`, when no interview is open; `over` when the latest has its report."""
        if await self._is_known(candidate):
            page = pages.no_interview(over=over, told=spoken)
        else:
            page = menus.start_page(conversation.platform, listens=self._listens)
        return Answer(None, (Send(voice.not_listened(page) if spoken else page),))

    async def _answer(self, candidate: int, asked: CommandSent, interview: Interview | None) -> Answer:
        match asked.command:
            case "interview" | "setup":
                return await self._start(candidate, asked, interview)
            case "settings" | "voice":
                return await self._settings.answer(candidate, asked, interview)
            case "forget":
                return await self._forgetting.answer(candidate, asked, interview)
            case "link" | "unlink":
                return await self._linking.answer(candidate, asked, interview)
            case _:
                return Answer(interview, (Send(await self._page(candidate, asked, interview)),))

    async def _page(self, candidate: int, asked: CommandSent, interview: Interview | None) -> Outbound:
        """The page that was asked for; it changes nothing."""
        match asked.command:
            case "start":
                page = await self._start_page(candidate, asked.conversation, interview)
            case "report":
                page = await self._records.report(candidate, asked.argument.strip(), interview)
            case "transcript":
                page = await self._records.transcript(candidate, asked.argument)
            case "hear":
                page = await self._hearing.answer(candidate, asked.argument)
            case "history":
                page = await self._records.history(candidate, asked.argument)
            case "roles":
                page = menus.roles_page(tuple(self._roles.values()), await self._again(candidate))
            case "how":
                page = menus.how_page(listens=self._listens, speaks=self._speaks)
            case "help":
                page = pages.help_page(speaks=self._speaks)
            case unknown:
                page = _unknown(unknown[:40])
        return page

    async def _start_page(self, candidate: int, where: Conversation, interview: Interview | None) -> Outbound:
        known = await self._is_known(candidate)
        page = menus.start_page(where.platform, interview, known=known, listens=self._listens)
        return engine.addressed(interview, page) if interview else page

    async def _is_known(self, candidate: int) -> bool:
        """Whether the candidate has had an interview before."""
        return (await self._store.history(candidate, limit=1)).interviews > 0

    async def _start(self, candidate: int, asked: CommandSent, interview: Interview | None) -> Answer:
        """Begin what was asked for, or lead there: by the menu to a role, by the card to the rest."""
        try:
            request = start_request(asked.argument, self._roles)
        except BadRequestError as problem:
            return Answer(interview, (Send(await self._not_read(candidate, asked, str(problem))),))
        if interview:
            return self._open_already(asked, request, interview)
        if request is None:
            return Answer(None, (Send(await self._role_menu(candidate, asked.argument)),))
        chosen = await self._settings.with_reply(candidate, asked.argument)
        if asked.command == "interview":
            return await self._begin(candidate, asked, request, chosen)
        return Answer(None, (Send(await self._card(candidate, request, chosen)),), chosen)

    async def _card(self, candidate: int, request: StartRequest, chosen: Preferences | None) -> Outbound:
        """The card of a request, with how questions come by what is chosen with it, or was before."""
        return menus.setup_card(request, await self._settings.reply(candidate, chosen))

    async def _role_menu(self, candidate: int, argument: str) -> Outbound:
        """The menu of roles; the latest choice is offered to whoever asks for nothing else."""
        again = None if argument.strip() else await self._again(candidate)
        return menus.role_menu(tuple(self._roles.values()), besides_role(argument), again)

    async def _not_read(self, candidate: int, asked: CommandSent, problem: str) -> Outbound:
        """What is wrong with a request; a card, whose place this may take, leads back to the menu."""
        if asked.command == "setup":
            return menus.role_menu(tuple(self._roles.values()), again=await self._again(candidate), problem=problem)
        return pages.bad_request(problem)

    def _open_already(self, asked: CommandSent, request: StartRequest | None, interview: Interview) -> Answer:
        """What to do with the open interview; nothing where it was begun by the same press a moment ago."""
        if request and asked.command == "interview" and self._is_pressed_twice(asked, request, interview):
            return Answer(interview, ())
        return Answer(interview, (Send(engine.addressed(interview, menus.open_already(interview, request))),))

    async def _begin(
        self, candidate: int, asked: CommandSent, request: StartRequest, chosen: Preferences | None
    ) -> Answer:
        """A new interview, unless too many are going on; what was asked for is then kept on its card."""
        if not await self._admits(candidate):
            card = await self._card(candidate, request, chosen)
            return Answer(None, (Send(refusals.all_taken()), Send(card)), chosen)
        before = await self._store.asked(candidate, request.role.id)
        pace = await self._store.usual_pace(candidate) if self._listens else None
        begun, effects = engine.begin(
            request, candidate, asked.conversation, before, self._clock.now(), usual_pace=pace
        )
        word = (Send(asked_in_writing()),) if self._settings.is_beyond(asked.argument) else ()
        return Answer(begun, (*word, *effects), chosen)

    def _is_pressed_twice(self, asked: CommandSent, request: StartRequest, interview: Interview) -> bool:
        """Whether a button was pressed that has just begun the interview, by somebody impatient."""
        begun = (interview.role.id, interview.mode, len(interview.plan))
        same = begun == (request.role.id, request.mode, request.questions)
        ago = self._clock.now() - interview.started_at  # below zero when the clock was set back
        return bool(asked.pressed_in) and same and timedelta() <= ago < _DOUBLE_PRESS

    async def _again(self, candidate: int) -> StartRequest | None:
        """The request for an interview like the latest, as far as its role is still the same."""
        latest = await self._store.current_interview(candidate)
        role = self._roles.get(latest.role.id) if latest else None
        if latest is None or role is None:
            return None
        return StartRequest(role, latest.mode, min(len(latest.plan), len(role.questions)), latest.seniority)


def _unknown(name: str) -> Outbound:
    """The answer to a command that does not exist, naming one that does."""
    return pages.unknown_command(name, nearest(name, {known: known for known, _ in pages.COMMANDS}))
