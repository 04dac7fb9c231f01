"""Answers whoever wants all to be deleted that is kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.desk.answer import Answer
from core.effects import Send
from core.wording import forgetting as pages

if TYPE_CHECKING:
    from core.accounts import Account
    from core.messages import CommandSent
    from core.model import Interview
    from core.ports import Store


class Forgetting:
    """Answers `forget`; only “yes” deletes, typed or by the button, and only what is the candidate's own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def answer(self, candidate: int, asked: CommandSent, interview: Interview | None) -> Answer:
        """What would be deleted, and what has been. `interview` is the open one, if any."""
        match asked.argument.strip().lower():
            case "yes":
                done = pages.done(asked.conversation.platform, await self._others(candidate, asked))
                return Answer(None, (Send(done),), forgets=True)
            case "no":
                return Answer(interview, (Send(pages.kept()),))
            case _:
                interviews = len(await self._store.interviews(candidate))
                others = await self._others(candidate, asked)
                return Answer(interview, (Send(pages.sure(interviews, others, is_open=interview is not None)),))

    async def _others(self, candidate: int, asked: CommandSent) -> list[Account]:
        """The accounts of the candidate besides the one that asks."""
        here = (asked.conversation.platform, asked.conversation.account)
        accounts = await self._store.accounts(candidate)
        return [one for one in accounts if (one.platform, one.external_id) != here]
