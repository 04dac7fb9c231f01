"""What a candidate is shown of their interviews."""

from __future__ import annotations

from adapters.database.connection import connect
from core.ports import Change
from tests.adapters.database.test_queries import watch
from tests.contracts.sample import CONVERSATION, ROLES, new_interview


async def test_pages_take_their_queries_and_no_transaction() -> None:
    async with connect("sqlite://:memory:", ROLES) as store:
        candidate = await store.candidate(CONVERSATION)
        await store.save(Change(candidate, CONVERSATION, after=new_interview(candidate)))
        statements = list[str]()
        await watch(store, statements)
        await store.history(candidate)
        await store.transcript(candidate)
    assert [sql.split(maxsplit=1)[0] for sql in statements] == ["SELECT"] * 4
