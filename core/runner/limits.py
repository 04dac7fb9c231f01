"""How much one account, and all candidates together, can ask of the bot at once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.model import OPEN_PHASES, Phase

if TYPE_CHECKING:
    from core.model import Conversation, Interview
    from core.ports import Clock, Store

BURST_MINUTES = 2
"""An account can send in one go what it may send in so many minutes."""
GOES_ON = timedelta(minutes=30)
"""An interview is going on for so long after its candidate's latest message."""
LOOKED_AFTER = timedelta(seconds=10)
"""So often at most is looked for interviews that have ended elsewhere, and only for those silent for as long."""
_LOOKED_AT = 200
"""So many interviews are looked at then at most, those first whose candidates have been silent longest."""
_ACCOUNTS = 10_000
"""So many accounts are remembered at most, those that wrote last."""


@dataclass(slots=True)
class _Bucket:
    """How many messages an account can still send, as of a time, and whether it was told that there are no more."""

    left: float
    at: datetime
    told: bool = False


class Limits:
    """The messages that each account may send, and the interviews that may go on at once.

    `messages_per_minute` is how many messages an account may send over time; `open_interviews` how many interviews
    may be going on when a new one starts. `store` is where to look for interviews that other processes have ended,
    None where there are none.
    """

    def __init__(
        self, clock: Clock, messages_per_minute: int, open_interviews: int, store: Store | None = None
    ) -> None:
        self._clock = clock
        self._store = store
        self._per_minute = messages_per_minute
        self._burst = BURST_MINUTES * messages_per_minute
        self._open_interviews = open_interviews
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()
        self._going_on: OrderedDict[int, datetime] = OrderedDict()
        self._looked_at: datetime | None = None

    def takes(self, where: Conversation) -> bool:
        """Whether a message of an account is taken; it is counted.

        Once the account was told, none is until half of them are back: an answer is not to have holes.
        """
        bucket = self._bucket((where.platform, where.account))
        if bucket.told or bucket.left < 1:
            return False
        bucket.left -= 1
        return True

    def untaken(self, where: Conversation) -> None:
        """A message that was counted could not be taken after all."""
        self._bucket((where.platform, where.account)).left += 1

    def tells(self, where: Conversation) -> bool:
        """Whether an account is to be told that a message was not taken: once, until half of them are back."""
        bucket = self._bucket((where.platform, where.account))
        told, bucket.told = bucket.told, True
        return not told

    async def admits(self, candidate: int) -> bool:
        """Whether the candidate can start an interview now; it counts from here on, so that no two take one place.

        `heard` gives the place back where nothing came of it. Raises StoreError.
        """
        if not self._has_place(candidate):
            await self._forget_ended()
        if not self._has_place(candidate):
            return False
        self._goes_on(candidate)
        return True

    def _has_place(self, candidate: int) -> bool:
        self._forget_idle()
        return candidate in self._going_on or len(self._going_on) < self._open_interviews

    async def _forget_ended(self) -> None:
        """Forget those whose interviews have been ended by other processes, unless that was just looked for."""
        now = self._clock.now()
        if self._store is None or (self._looked_at and timedelta() <= now - self._looked_at < LOOKED_AFTER):
            return
        self._looked_at = now
        for candidate, at in [*self._going_on.items()][:_LOOKED_AT]:
            if now - at >= LOOKED_AFTER:  # else it may be about to be saved
                newest = (await self._store.history(candidate, limit=1)).items
                if self._going_on.get(candidate) == at and not (newest and _goes_on(newest[0].phase)):
                    self.ended(candidate)

    def heard(self, candidate: int, interview: Interview | None) -> None:
        """A candidate has written; `interview` is theirs as it is now. Whoever is in one can always go on."""
        if interview and _goes_on(interview.phase):
            self._goes_on(candidate)
        else:
            self.ended(candidate)

    def ended(self, candidate: int) -> None:
        """The candidate's interview is over."""
        self._going_on.pop(candidate, None)

    def _goes_on(self, candidate: int) -> None:
        self._going_on[candidate] = self._clock.now()
        self._going_on.move_to_end(candidate)
        self._forget_idle()

    def _forget_idle(self) -> None:
        """Forget those whose candidates have not written for long, or before the clock was set back: they are first."""
        now = self._clock.now()
        while self._going_on and not timedelta() <= now - next(iter(self._going_on.values())) < GOES_ON:
            self._going_on.popitem(last=False)

    def _bucket(self, account: tuple[str, str]) -> _Bucket:
        """An account's bucket as it is now; those that are full again are forgotten, as they are like new ones."""
        now = self._clock.now()
        bucket = self._buckets.pop(account, None) or _Bucket(self._burst, now)
        self._refill(bucket, now)
        while self._buckets and (len(self._buckets) >= _ACCOUNTS or self._is_full(now)):
            self._buckets.popitem(last=False)
        self._buckets[account] = bucket
        return bucket

    def _refill(self, bucket: _Bucket, now: datetime) -> None:
        minutes = max(now - bucket.at, timedelta()) / timedelta(minutes=1)
        bucket.left = min(bucket.left + minutes * self._per_minute, self._burst)
        bucket.at = now
        bucket.told = bucket.told and bucket.left < self._burst / 2

    def _is_full(self, now: datetime) -> bool:
        """Whether the account that wrote longest ago can send as much as a new one by now, whatever it had left."""
        return now - next(iter(self._buckets.values())).at >= timedelta(minutes=BURST_MINUTES)


def _goes_on(phase: Phase) -> bool:
    """Whether an interview in that phase takes a place."""
    return phase in OPEN_PHASES and phase is not Phase.PAUSED
