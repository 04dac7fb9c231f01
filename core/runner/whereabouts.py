"""Where the candidates of interviews are: results go there, wherever what they come from was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.effects import Send
from core.ports import Standing
from core.recent import Recent

if TYPE_CHECKING:
    from core.model import Conversation, Interview
    from core.ports import PendingEffect, Store
    from core.runner.turnstile import Turnstile

    Placed = tuple[Interview, Conversation]
    """An interview and where something about it is told, both as they are now."""

_INTERVIEWS = 10_000
"""So many interviews are remembered at most; of others, an effect's own conversation is as good."""


class Whereabouts:
    """The conversation in which something of an interview was done last, as far as this process knows."""

    def __init__(self, store: Store, turnstile: Turnstile) -> None:
        self._store = store
        self._turnstile = turnstile
        self._latest: Recent[int, Conversation] = Recent(_INTERVIEWS)

    def seen(self, pending: PendingEffect) -> None:
        """An effect of an interview is to be performed: that is where its candidate is, unless it is told to others."""
        if pending.interview is None or (isinstance(pending.effect, Send) and pending.effect.to):
            return
        self.moved(pending.interview, pending.conversation)

    def moved(self, interview: int, where: Conversation) -> None:
        """The candidate of an interview has written about it, which may be followed by nothing."""
        self._latest.put(interview, where)

    def of(self, pending: PendingEffect) -> Conversation:
        """Where an effect's candidate was last, which may be an account that has parted since."""
        return self._latest.get(pending.interview or 0) or pending.conversation

    def forget(self, interview: int) -> None:
        """Forget where the candidate of an interview is."""
        self._latest.drop(interview)

    async def interview(self, pending: PendingEffect) -> Interview:
        """The interview an effect belongs to, as it is now. Raises LookupError when it is gone, and StoreError."""
        return _there(pending, await self._store.interview(pending.candidate, pending.interview or 0))

    async def where(self, pending: PendingEffect) -> Conversation:
        """Where something about an effect is told: where its candidate is, and never an account that has parted since.

        That which an interview was begun on has not. Raises LookupError when the interview is gone, and StoreError.
        """
        where = self.of(pending)
        if await self._turnstile.candidate(where) == pending.candidate:
            return where
        return (await self.interview(pending)).conversation

    async def placed(self, pending: PendingEffect) -> Placed:
        """What `interview` and `where` say. Raises what they raise."""
        return await self.interview(pending), await self.where(pending)


class SharedWhereabouts(Whereabouts):
    """The same where other processes take messages, too: it is read from the store."""

    async def where(self, pending: PendingEffect) -> Conversation:
        """Where the candidate of an effect wrote last, whatever that was about."""
        return await self._store.wrote_last(pending.candidate) or (await self.interview(pending)).conversation

    async def placed(self, pending: PendingEffect) -> Placed:
        """What `interview` and `where` say, at one look."""
        standing = await self._store.standing(pending.id, pending.interview or 0)
        if standing is None or standing.pending != pending:  # it is performed, or another candidate's
            standing = Standing(pending, None, None)
        return as_it_stands(standing)


def as_it_stands(standing: Standing) -> Placed:
    """The interview of an effect and where its candidate is. Raises LookupError when the interview is gone."""
    interview = _there(standing.pending, standing.interview)
    return interview, standing.where or interview.conversation


def _there(pending: PendingEffect, interview: Interview | None) -> Interview:
    if interview is None:
        msg = f"effect {pending.id} belongs to no interview"
        raise LookupError(msg)
    return interview
