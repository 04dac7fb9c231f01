"""Steps that tests of a store have in common."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, settings

from core.accounts import Account, LinkCode
from core.effects import Send
from core.messages import Block, BlockStyle, Outbound, OutboundKind
from core.model import Conversation, Interview
from core.ports import Change, PendingEffect, Store
from tests.contracts.sample import NOW, new_interview
from tests.rounds import rounds

# One store serves all examples of a test; each example is another candidate's.
many = settings(
    deadline=None, max_examples=rounds(15, 300), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
accounts = count(1)


async def newcomer(store: Store) -> tuple[int, Conversation]:
    """A candidate nobody has seen before."""
    conversation = Conversation("terminal", f"chat {next(accounts)}", f"account {next(accounts)}")
    return await store.candidate(conversation), conversation


async def started(store: Store, candidate: int, conversation: Conversation, **changes: object) -> Interview:
    """An interview as the store gave it back."""
    interview = replace(new_interview(candidate, conversation), **changes)  # type: ignore[arg-type]
    saved = (await store.save(Change(candidate, conversation, after=interview))).interview
    assert saved is not None
    return saved


async def saved(store: Store, before: Interview, after: Interview, **rest: object) -> Interview:
    """The interview after a further save."""
    change = Change(before.candidate, before.conversation, before, after, **rest)  # type: ignore[arg-type]
    interview = (await store.save(change)).interview
    assert interview is not None
    return interview


async def code_of(
    store: Store, maker: int, conversation: Conversation, expires_at: datetime = NOW + timedelta(minutes=10)
) -> str:
    """The digest of a new code."""
    code = LinkCode(f"digest {next(accounts)}", expires_at)
    await store.save(Change(maker, conversation, code=code))
    return code.digest


async def joined(store: Store, joiner: Conversation, maker: Conversation) -> int:
    """Join the account of one conversation to the candidate of another, whose id this gives."""
    candidate = await store.candidate(maker)
    digest = await code_of(store, candidate, maker)
    await store.save(Change(await store.candidate(joiner), joiner, joins=digest))
    return candidate


async def parted(store: Store, leaver: Conversation) -> None:
    """Let the account of a conversation leave the candidate whom it joined."""
    leaving = Account(leaver.platform, leaver.account, joined=True)
    await store.save(Change(await store.candidate(leaver), leaver, leaves=(leaving,)))


async def seen_by(store: Store, conversation: Conversation) -> list[int]:
    """The ids of all interviews that whoever writes from there is shown, the oldest first."""
    page = await store.history(await store.candidate(conversation), limit=1000)
    return [item.id for item in reversed(page.items)]


def notice(text: str) -> Send:
    return Send(Outbound(OutboundKind.NOTICE, (Block(BlockStyle.TEXT, text),)))


async def own_pending(store: Store, candidate: int) -> list[PendingEffect]:
    return [effect for effect in await store.pending() if effect.candidate == candidate]


def written_out(value: object) -> str:
    """The value with its types, as 1 equals True and a word equals its enumeration."""
    return repr(value)
