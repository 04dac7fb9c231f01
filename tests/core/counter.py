"""A desk with its store and candidates before it, for tests."""

from __future__ import annotations

from dataclasses import replace

from core.desk import Desk
from core.desk.answer import Answer
from core.effects import Send
from core.messages import CommandSent, Outbound
from core.model import Conversation, Interview, Preferences
from core.ports import Change
from core.roles import Role
from tests.contracts.fake_store import FakeStore
from tests.contracts.sample import CONVERSATION, ROLES
from tests.core.doubles import FakeClock


class Counter:
    """A desk and who asks at it. `answer` is what followed from the latest command; `busy` are candidates.

    `full` says that no interview can start now.
    """

    def __init__(self, *more: Role, listens: bool = False, speaks: bool = False) -> None:
        self.roles = ROLES | {role.id: role for role in more}
        self.store = FakeStore(self.roles)
        self.clock = FakeClock()
        self.full = False
        self.desk = Desk(
            self.store,
            self.roles,
            self.clock,
            admits=self._admits,
            is_busy=lambda candidate: candidate in self.busy,
            listens=listens,
            speaks=speaks,
        )
        self.busy: set[int] = set()
        self._messages = 0
        self.again = False  # whether the next message is the latest, delivered again
        self.answer = Answer(None, ())

    async def _admits(self, _: int) -> bool:
        return not self.full

    async def keep(self, interview: Interview, where: Conversation = CONVERSATION) -> int:
        candidate = await self.store.candidate(where)
        saved = await self.store.save(Change(candidate, where, after=replace(interview, candidate=candidate)))
        assert saved.interview
        return saved.interview.id

    async def prefer(self, preferences: Preferences) -> None:
        candidate = await self.store.candidate(CONVERSATION)
        await self.store.save(Change(candidate, CONVERSATION, preferences=preferences))

    async def ask(
        self,
        command: str,
        argument: str = "",
        interview: Interview | None = None,
        *,
        pressed_in: str = "",
        where: Conversation = CONVERSATION,
    ) -> tuple[Interview | None, list[Outbound]]:
        candidate = await self.store.candidate(where)
        self._messages += not self.again
        asked = CommandSent(where, str(self._messages), command, argument, pressed_in=pressed_in)
        self.answer = await self.desk.answer(candidate, asked, interview)
        return self.answer.interview, [one.message for one in self.answer.effects if isinstance(one, Send)]

    async def page(
        self,
        command: str,
        argument: str = "",
        interview: Interview | None = None,
        *,
        pressed_in: str = "",
        where: Conversation = CONVERSATION,
    ) -> Outbound:
        """The only message of an answer that changes nothing."""
        after, sent = await self.ask(command, argument, interview, pressed_in=pressed_in, where=where)
        assert after is interview
        assert len(sent) == 1
        return sent[0]

    async def text(self, command: str, argument: str = "", interview: Interview | None = None) -> str:
        return (await self.page(command, argument, interview)).text
