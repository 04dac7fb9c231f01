"""Finding interviews, and knowing again those that were used last.

The rows are the truth. Whatever changes an interview raises its version, and joining or leaving changes its candidate:
where several processes share the database, what is remembered counts only while one look at its row says so. A file is
this process's own, so that what it saved last is what the row says. What nobody asks for any more is not remembered for
long, as another process may have forgotten whose it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from adapters.database.dialect import is_postgresql
from adapters.database.pages import interview_key
from adapters.database.reading import WHOLE, conversation_of, pending_effect, read_interview, whole_interview
from adapters.database.statements import Row, Steps, carried_out, first
from core.model import OPEN_PHASES, Conversation, Interview, Phase
from core.ports import RoleMissingError, Standing
from core.recent import Recent
from core.roles import Role

REMEMBERED = 256
UNASKED_S = 1800.0
"""What nobody has asked for is forgotten after this time, in seconds, and no later than after twice that."""
_OPEN = ", ".join(f"'{phase.value}'" for phase in sorted(OPEN_PHASES))
_KEY = "SELECT id, version, phase FROM interview AS one"
_NEWEST = "WHERE candidate_id = ? ORDER BY id DESC LIMIT 1"
_NEWEST_OPEN = f"WHERE candidate_id = ? AND phase IN ({_OPEN}) ORDER BY id DESC LIMIT 1"
_OWN = "WHERE one.id = ? AND one.candidate_id = ?"
# By what one account sent, which is not much, and not from the newest of all on.
_WROTE_LAST = (
    "SELECT seen_update.platform, seen_update.chat, seen_update.account FROM account JOIN seen_update"
    " ON seen_update.platform = account.platform AND seen_update.account = account.external_id"
    " WHERE account.candidate_id = ? ORDER BY seen_update.id + 0 DESC LIMIT 1"
)
# With all that hangs on it, unless it is one that is known.
_WHOLE = f"one.id, one.version, one.phase, CASE WHEN one.id = ? AND one.version = ? THEN NULL ELSE {WHOLE} END AS whole"
_LOOK = f"SELECT {_WHOLE} FROM interview AS one"  # noqa: S608 - our own words
# A message needs neither its interview nor where its candidate is.
_STANDING = (
    f"SELECT {_WHOLE}, row_to_json(effect) AS effect, row_to_json(there) AS there"  # noqa: S608 - the same
    " FROM pending_effect AS effect LEFT JOIN interview AS one"
    " ON one.id = effect.interview_id AND one.candidate_id = effect.candidate_id AND effect.kind <> 'send'"
    f" LEFT JOIN LATERAL ({_WROTE_LAST}) AS there ON TRUE WHERE effect.id = ?"
).replace("account.candidate_id = ?", "account.candidate_id = effect.candidate_id AND effect.kind <> 'send'")
_CLOSE = "UPDATE interview SET phase = ?, version = version + 1 WHERE id = ? AND version = ?"


class Interviews:
    """The interviews in a database, `shared` with other processes or not; `roles` rebuild them, by id."""

    def __init__(self, roles: Mapping[str, Role], *, shared: bool) -> None:
        self._roles = roles
        self._shared = shared
        self._recent: Recent[int, Interview] = Recent(REMEMBERED)
        self._before: Recent[int, Interview] = Recent(REMEMBERED)  # what was asked for up to the last sweep
        self._current: Recent[int, int] = Recent(REMEMBERED)  # by candidate
        self._sweep: asyncio.TimerHandle | None = None

    async def current(self, candidate: int) -> Interview | None:
        """As the store's `current_interview`."""
        recent, current = self._recent, self._current  # no longer ours where somebody was forgotten meanwhile
        interview = self._read(await carried_out(self._found(candidate, at_once=is_postgresql())), recent)
        if interview:
            current.put(candidate, interview.id)
        return interview

    async def own(self, candidate: int, interview_id: int) -> Interview | None:
        """As the store's `interview`."""
        recent = self._recent
        interview = await carried_out(self._own(candidate, interview_id, at_once=is_postgresql()))
        return self._read_own(candidate, interview_id, interview, recent)

    async def standing(self, effect_id: int, interview_id: int) -> Standing | None:
        """As the store's `standing`, on PostgreSQL."""
        recent, known = self._recent, self._known(interview_id)
        if known and not self._is_at_hand(known.role):
            known = None
        row = await first(_STANDING, *_key(known), effect_id)
        if row is None:
            return None
        interview = None if row["id"] is None else self._whole(row, known)
        where = row["there"] and conversation_of(row["there"])
        return Standing(pending_effect(row["effect"]), self._read(interview, recent), where)

    def current_at_hand(self, candidate: int) -> Interview | None:
        """A candidate's open interview where it is known without a look that there is no other."""
        known = self.at_hand(candidate, self._current.get(candidate) or 0)
        return known if known and known.is_open else None

    def at_hand(self, candidate: int, interview_id: int) -> Interview | None:
        """That interview of a candidate where it is known without a look that nobody else has changed it."""
        known = None if self._shared else self._known(interview_id)
        if known is None or known.candidate != candidate or not self._is_at_hand(known.role):
            return None
        self._remember(known, self._recent)
        return known

    def saving(self, before: Interview | None) -> bool:
        """Forget what is going to be changed, however that ends; whether all of it was read, or it is new."""
        if before is None:
            return True
        was_read = self._known(before.id) is before
        self._drop(before.id)
        return was_read

    def saved(self, interview: Interview, *, was_read: bool) -> None:
        """Remember what has been saved as it would be read back, which is known where all before it was read."""
        self._drop(interview.id)
        if was_read:
            self._remember(interview, self._recent)
        if self._current.get(interview.candidate) != interview.id:
            self._current.drop(interview.candidate)

    def forget(self) -> None:
        """Remember nothing any more."""
        self._recent, self._before, self._current = Recent(REMEMBERED), Recent(REMEMBERED), Recent(REMEMBERED)

    def _read_own(
        self, candidate: int, interview_id: int, interview: Interview | None, recent: Recent[int, Interview]
    ) -> Interview | None:
        known = self._known(interview_id)
        if interview is None and known and known.candidate == candidate:  # else it is somebody else's
            self._drop(interview_id)
        return self._read(interview, recent)

    def _read(self, interview: Interview | None, recent: Recent[int, Interview]) -> Interview | None:
        if interview is not None:
            self._remember(interview, recent)
        return interview

    def _remember(self, interview: Interview, recent: Recent[int, Interview]) -> None:
        recent.put(interview.id, interview)
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(UNASKED_S, self._forget_unasked)

    def _forget_unasked(self) -> None:
        self._before, self._recent = self._recent, Recent(REMEMBERED)
        self._sweep = asyncio.get_running_loop().call_later(UNASKED_S, self._forget_unasked)

    def _drop(self, interview_id: int) -> None:
        self._recent.drop(interview_id)
        self._before.drop(interview_id)

    def _known(self, interview_id: int) -> Interview | None:
        return self._recent.get(interview_id) or self._before.get(interview_id)

    def _found(self, candidate: int, *, at_once: bool) -> Steps[Interview | None]:
        known = self._usable(candidate, self._current.get(candidate) or 0)
        row = yield from _current(candidate, _LOOK, _key(known)) if at_once else _current(candidate)
        try:
            return (yield from self._of(row, candidate, known, at_once=at_once))
        except RoleMissingError:
            if row is not None and _is_open(row):
                raise
            return None

    def _own(self, candidate: int, interview_id: int, *, at_once: bool) -> Steps[Interview | None]:
        known = self._usable(candidate, interview_id)
        look, key = (_LOOK, _key(known)) if at_once else (_KEY, ())
        row = (yield f"{look} {_OWN}", [*key, interview_key(interview_id), candidate]).first
        return (yield from self._of(row, candidate, known, at_once=at_once))

    def _of(
        self, row: Row | None, candidate: int, known: Interview | None, *, at_once: bool
    ) -> Steps[Interview | None]:
        """The interview of a row that was looked for while one was known, with all of it `at_once` or not."""
        if row is None:
            return None
        if at_once:
            return self._whole(row, known)
        known = self._usable(candidate, row["id"])
        if known and known.version == row["version"]:
            return known
        read = yield from read_interview(row["id"], row["version"], self._roles)
        return read if read and read.candidate == candidate else None  # else it was moved meanwhile

    def _whole(self, row: Row, known: Interview | None) -> Interview | None:
        return known if row["whole"] is None else whole_interview(row["whole"], self._roles)

    def _usable(self, candidate: int, interview_id: int) -> Interview | None:
        """An interview that is known, if it is this candidate's, with a role as it is now."""
        known = self._known(interview_id)
        return known if known and known.candidate == candidate and self._is_at_hand(known.role) else None

    def _is_at_hand(self, role: Role) -> bool:
        return self._roles.get(role.id) is role


def close_unreadable(candidate: int) -> Steps[None]:
    """As the store's."""
    row = yield from _current(candidate)
    if row is not None and _is_open(row):
        yield _CLOSE, [Phase.DROPPED.value, row["id"], row["version"]]


def wrote_last(candidate: int) -> Steps[Conversation | None]:
    """As the store's."""
    row = (yield _WROTE_LAST, [candidate]).first
    return None if row is None else conversation_of(row)


def _current(candidate: int, look: str = _KEY, key: tuple[int, ...] = ()) -> Steps[Row | None]:
    newest = (yield f"{look} {_NEWEST}", [*key, candidate]).first
    if newest is None or _is_open(newest):
        return newest
    return (yield f"{look} {_NEWEST_OPEN}", [*key, candidate]).first or newest


def _key(known: Interview | None) -> tuple[int, int]:
    return (known.id, known.version) if known else (0, 0)


def _is_open(row: Row) -> bool:
    return Phase(row["phase"]) in OPEN_PHASES
