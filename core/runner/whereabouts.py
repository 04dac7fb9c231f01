"""Where the candidates of interviews are: results go there, wherever what they come from was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.effects import Send
from core.recent import Recent

if TYPE_CHECKING:
    from core.model import Conversation
    from core.ports import PendingEffect

_INTERVIEWS = 10_000
"""So many interviews are remembered at most; of others, an effect's own conversation is as good."""


class Whereabouts:
    """The conversation in which something of an interview was done last, as far as this process knows."""

    def __init__(self) -> None:
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
        """Where the result of an effect is to be told."""
        return self._latest.get(pending.interview or 0) or pending.conversation

    def forget(self, interview: int) -> None:
        """Forget where the candidate of an interview is."""
        self._latest.drop(interview)
