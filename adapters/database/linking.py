"""Accounts that join the candidate behind a code, and those that go back to the candidate they came from.

Whether a code has expired is for the desk to say, whose clock it was made by; here it is taken once or not at all.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from tortoise.expressions import Subquery

from adapters.database.codec import storable, storable_text
from adapters.database.dialect import is_postgresql
from adapters.database.models import AccountRow, CandidateRow, InterviewRow, LinkCodeRow, PendingEffectRow
from core.accounts import Account, LinkCode
from core.ports import Change, CodeGoneError

CODES_KEPT_FOR = timedelta(days=1)


async def write_accounts(change: Change) -> None:
    """Write what a change says of accounts and codes, inside its transaction. Raises CodeGoneError."""
    if change.joins:
        await _join(change)
    for account in change.leaves:
        await _leave(change.candidate, account)
    if change.leaves:  # whoever leaves may have made a code, and would come back by it
        await _forget_codes(change.candidate)
    if change.code is not None:
        await _write_code(change, change.code)


async def _join(change: Change) -> None:
    code = await LinkCodeRow.get_or_none(digest=storable_text(change.joins))
    where = change.conversation
    account = Account(where.platform, where.account)
    if code is None or code.candidate_id == change.candidate:
        raise _code_gone()
    await keep_still(change.candidate, code.candidate_id)
    if not await LinkCodeRow.filter(id=code.id).delete():  # another process was faster
        raise _code_gone()
    if await AccountRow.filter(candidate_id=change.candidate).count() > 1:  # which would be left behind by their home
        raise CodeGoneError("Other accounts are joined with this one, so nothing was joined: part them first.")
    at_home = AccountRow.filter(**_columns(account), candidate_id=change.candidate, home_id__isnull=True)
    moved = {"candidate_id": code.candidate_id, "home_id": change.candidate, "chat": storable_text(where.chat)}
    if not await at_home.update(**moved):
        raise CodeGoneError("This account has joined another one, so nothing was joined: let it leave that one first.")
    maker = AccountRow.filter(platform=code.platform, external_id=code.account, candidate_id=code.candidate_id)
    await maker.update(chat=code.chat)
    await _move(account, change.candidate, code.candidate_id)
    await _forget_codes(change.candidate, code.candidate_id)


def _code_gone() -> CodeGoneError:
    return CodeGoneError("This code is no longer valid, so nothing was joined: make a new one.")


async def keep_still(*candidates: int) -> None:
    """Let no other process join, leave or forget these until the end of the transaction; on SQLite there is none."""
    if is_postgresql():
        await CandidateRow.filter(id__in=candidates).order_by("id").select_for_update()


async def _leave(candidate: int, account: Account) -> None:
    await keep_still(candidate)
    row = await AccountRow.get_or_none(**_columns(account), candidate_id=candidate)
    if row is not None and row.home_id is not None:
        await AccountRow.filter(id=row.id).update(candidate_id=row.home_id, home_id=None)
        await _move(account, candidate, row.home_id)


async def _move(account: Account, old: int, new: int) -> None:
    """Give the interviews that were begun on an account, and what is pending of them, to another candidate."""
    columns = _columns(account)
    begun = InterviewRow.filter(candidate_id=old, platform=columns["platform"], account=columns["external_id"])
    await PendingEffectRow.filter(interview_id__in=Subquery(begun.values("id"))).update(candidate_id=new)
    await begun.update(candidate_id=new)


async def _write_code(change: Change, code: LinkCode) -> None:
    candidate, where = change.candidate, change.conversation
    made_at = {"platform": where.platform, "chat": where.chat, "account": where.account}
    expires_at = code.expires_at.astimezone(UTC)
    await LinkCodeRow.filter(expires_at__lt=expires_at - CODES_KEPT_FOR).delete()
    await _forget_codes(candidate)
    columns = storable({**made_at, "digest": code.digest})
    await LinkCodeRow.create(**columns, candidate_id=candidate, expires_at=expires_at)


async def _forget_codes(*candidates: int) -> None:
    await LinkCodeRow.filter(candidate_id__in=candidates).delete()


def _columns(account: Account) -> dict[str, Any]:
    return storable({"platform": account.platform, "external_id": account.external_id})
