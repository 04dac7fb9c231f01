"""Which part of Discord a process receives, where several share it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"([0-9]{1,4}(?:,[0-9]{1,4})*)/([0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class Shards:
    """The numbers of the shards that are received here, of `count` that Discord splits the bot's servers into."""

    ids: tuple[int, ...]
    count: int

    @property
    def hold_direct_messages(self) -> bool:
        """Whether direct messages come here: Discord brings them all to shard 0."""
        return 0 in self.ids


def shards_of(written: str) -> Shards:
    """Shards as they are written in `0,1/4`: the first two of four. Raises ValueError with a sentence for the owner."""
    found = _WRITTEN.fullmatch(written.replace(" ", ""))
    ids = [int(one) for one in found[1].split(",")] if found else []
    count = int(found[2]) if found else 0
    if not ids or max(ids) >= count or len({*ids}) < len(ids):
        raise ValueError(
            "Shards are written as in 0,1/4: those that this process receives, each once and counted from 0, "
            "and after the slash how many there are in all processes."
        )
    return Shards(tuple(ids), count)
