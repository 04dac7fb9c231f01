"""Who may use the bot: everyone, or whom the owner lets in by their own id or by the servers that they are in."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection
from typing import NamedTuple

from adapters.discord import problems
from adapters.discord.failures import FAILED
from adapters.discord.problems import Problem
from core.ports import DeliveryError
from core.recent import Recent

YES_COUNTS_S, NO_COUNTS_S = 3_600.0, 60.0
"""How long an answer about somebody counts: a no shortly, for whoever has just joined the server."""
IsMember = Callable[[int, int], Awaitable[bool]]
"""Whether in that server there is that account, as Discord has it now."""


class _Answer(NamedTuple):
    is_member: bool
    until: float


class Admission:
    def __init__(
        self,
        users: Collection[int],
        servers: Collection[int],
        is_member: IsMember,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._users = frozenset(users)
        self._servers = tuple(servers)
        self._is_member = is_member
        self._clock = clock
        self._answers = Recent[int, _Answer]()

    async def refusal(self, account: int, server: int | None) -> Problem | None:
        """What to tell somebody who is not let in, None for whoever is; `server` is where they are, if in any."""
        if not (self._users or self._servers) or account in self._users:
            return None
        if server in self._servers:
            self._remember(account, is_member=True)
            return None
        return await self._by_membership(account)

    async def _by_membership(self, account: int) -> Problem | None:
        known = self._answers.get(account)
        if known is None or known.until <= self._clock():
            try:
                known = self._remember(account, is_member=await self._is_in_any(account))
            except (*FAILED, DeliveryError):
                if known is None or not known.is_member:
                    return problems.NOT_DONE
        return None if known.is_member else problems.not_let_in(account)

    async def _is_in_any(self, account: int) -> bool:
        """Raises what kept the last question from being answered, unless another was answered with yes."""
        failure: Exception | None = None
        for server in self._servers:
            try:
                if await self._is_member(server, account):
                    return True
            except (*FAILED, DeliveryError) as error:
                failure = error
        if failure is not None:
            raise failure
        return False

    def _remember(self, account: int, *, is_member: bool) -> _Answer:
        answer = _Answer(is_member, self._clock() + (YES_COUNTS_S if is_member else NO_COUNTS_S))
        self._answers.put(account, answer)
        return answer
