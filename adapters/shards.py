"""Which part of Discord a process receives, where several share it. Importing this imports nothing of Discord's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shards:
    """The numbers of the shards that are received here, of `count` that Discord splits the bot's servers into."""

    ids: tuple[int, ...]
    count: int

    @property
    def are_all(self) -> bool:
        """Whether nothing is left to others."""
        return len(self.ids) == self.count

    @property
    def hold_direct_messages(self) -> bool:
        """Whether direct messages come here: Discord brings them all to shard 0."""
        return 0 in self.ids
