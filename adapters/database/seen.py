"""The marks of the messages that were taken: which of them is the newest of each chat, and which are old.

A platform's own id is a number, or ends in one behind its first colon. Numbers compare here as texts do, once their
length stands before them, as an id may be longer than any number that a database has. What was pressed or given as a
command (`interaction:`) is no message, and may have been taken by another process than the chat's messages are.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from adapters.database.codec import storable_text
from adapters.database.dialect import is_postgresql
from adapters.database.statements import changed, found

SEEN_FOR = timedelta(days=7)
_LENGTH_DIGITS = 3
_SQLITE_NUMBER = "SUBSTR(inbound_id, INSTR(inbound_id, ':') + 1)"
_POSTGRESQL_NUMBER = "SUBSTR(inbound_id, STRPOS(inbound_id, ':') + 1)"
_SQLITE = (
    f"({_SQLITE_NUMBER} <> '' AND {_SQLITE_NUMBER} NOT GLOB '*[^0-9]*')",
    f"PRINTF('%0{_LENGTH_DIGITS}d', LENGTH({_SQLITE_NUMBER})) || {_SQLITE_NUMBER}",
)
_POSTGRESQL = (
    f"{_POSTGRESQL_NUMBER} ~ '^[0-9]+$'",
    f"(LPAD(LENGTH({_POSTGRESQL_NUMBER})::text, {_LENGTH_DIGITS}, '0') || {_POSTGRESQL_NUMBER}) COLLATE \"C\"",
)
"""Whether an id tells a number, and that number so that it compares."""
_PRESSED = "interaction:"
_IS_MESSAGE = "(SUBSTR({of}inbound_id, 1, " + f"{len(_PRESSED)}) <> '{_PRESSED}')"


async def last_seen(platform: str) -> dict[str, str]:
    """The highest number among the ids of messages in each chat of a platform, by chat; without any, the lowest.

    What was written before anything was pressed came in with that, or nobody was there yet.
    """
    is_number, number = _POSTGRESQL if is_postgresql() else _SQLITE
    of_messages = f"MAX(CASE WHEN {_IS_MESSAGE.format(of='')} THEN {number} END)"
    sql = (
        f"SELECT chat, COALESCE({of_messages}, MIN({number})) AS newest"  # noqa: S608 - made of our own words
        f" FROM seen_update WHERE platform = ? AND {is_number} GROUP BY chat"
    )
    return {row["chat"]: row["newest"][_LENGTH_DIGITS:] for row in await found(sql, storable_text(platform))}


async def forget_seen() -> None:
    """Delete what is old, but for the latest message of each chat: from there on is asked what was missed.

    Of a chat without any message the latest number is kept.
    """
    is_number, _ = _POSTGRESQL if is_postgresql() else _SQLITE
    sql = (
        f"DELETE FROM seen_update AS old WHERE seen_at < ? AND NOT ({is_number}"  # noqa: S608 - the same
        " AND NOT EXISTS (SELECT 1 FROM seen_update WHERE platform = old.platform AND chat = old.chat"
        f" AND ({_IS_MESSAGE.format(of='')}, id) > ({_IS_MESSAGE.format(of='old.')}, old.id) AND {is_number}))"
    )
    await changed(sql, datetime.now(UTC) - SEEN_FOR)
