"""Forgetting a candidate: every row of theirs, and what SQLite would leave of these in its files.

Whoever joined this candidate is the same person, so the candidates whom those accounts came from go too.

The marks of the messages that were taken go with the accounts that wrote them, the newest included; so do those of
which an earlier version did not say who wrote them, in every chat in which these accounts are known to have been. Of a
chat in which nobody else wrote no mark is left then, so nothing is taken twice: a platform is asked for missed messages
only of chats that have a mark, and one that delivers again what was not confirmed delivers all of it in order, so that
the wish to be forgotten comes last once more.

Zeros in place of what is deleted (`secure_delete`) are not enough: rows that SQLite once moved to another page leave
copies behind. Only writing the whole file anew (VACUUM) leaves none. It takes about a second for each 150 MB, in the
connection's own thread. A PostgreSQL server clears up in its own time, and is not ours to hold up for that.
"""

from __future__ import annotations

import logging

from tortoise.context import require_context
from tortoise.exceptions import BaseORMException
from tortoise.expressions import Q

from adapters.database.dialect import is_postgresql
from adapters.database.failures import sentence
from adapters.database.linking import keep_still
from adapters.database.models import AccountRow, CandidateRow
from adapters.database.session import transaction
from adapters.database.statements import changed

_log = logging.getLogger(__name__)
_OWN = "SELECT platform, external_id FROM account WHERE candidate_id = ?"
_CHATS = (
    f"SELECT platform, chat FROM seen_update WHERE (platform, account) IN ({_OWN})",  # noqa: S608 - our own words
    "SELECT platform, chat FROM interview WHERE candidate_id = ?",
)
"""Each by itself, as for both together SQLite would use no index."""
_FORGET_UNSIGNED = "DELETE FROM seen_update WHERE account = '' AND (platform, chat) IN ({})"
_FORGET_SEEN = f"DELETE FROM seen_update WHERE (platform, account) IN ({_OWN})"  # noqa: S608
_WRITE_ANEW = "VACUUM"


async def forget(candidate: int) -> None:
    """Delete a candidate with all that hangs on them, which the references between the tables say."""
    async with transaction():
        await keep_still(candidate)  # whoever joined a moment later would be forgotten by half
        for chats in _CHATS:  # first, as the marks that are signed tell the chats
            await changed(_FORGET_UNSIGNED.format(chats), candidate)
        await changed(_FORGET_SEEN, candidate)
        everything = [candidate, *await _left_by(candidate)]
        # Accounts that others joined with would be deleted with the home that they could go back to.
        await AccountRow.filter(home_id__in=everything).exclude(candidate_id=candidate).update(home_id=None)
        await CandidateRow.filter(id__in=everything).delete()


async def overwrite() -> None:
    """Leave nothing in the files of what was deleted, as far as there is room for that; not inside a transaction."""
    if is_postgresql():
        return
    connection = require_context().db()
    try:
        await connection.execute_query(_WRITE_ANEW)
        _, [told] = await connection.execute_query("PRAGMA wal_checkpoint(TRUNCATE)")
    except BaseORMException as error:  # what was asked for has been done all the same
        _log.warning("Traces of what was deleted may be left in the database file: %s", sentence(error))
        return
    if told["busy"]:
        _log.warning("Traces of what was deleted are left in the database file until another program lets go of it.")


async def _left_by(candidate: int) -> set[int]:
    """The candidates whom accounts of this one came from, but for those whom others belong to as well."""
    away = AccountRow.filter(candidate_id=candidate, home_id__isnull=False)
    homes = {home for (home,) in await away.values_list("home_id")}
    if not homes:
        return set()
    others = AccountRow.filter(Q(candidate_id__in=homes) | Q(home_id__in=homes)).exclude(candidate_id=candidate)
    kept = {number for pair in await others.values_list("candidate_id", "home_id") for number in pair}
    return homes - kept
