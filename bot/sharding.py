"""Which part of Discord a process receives, as an owner writes it on the command line."""

from __future__ import annotations

import re

from adapters.shards import Shards
from core.requests import BadRequestError

_WRITTEN = re.compile(r"([0-9]{1,4}(?:,[0-9]{1,4})*)/([0-9]{1,4})")


def part_of(written: str) -> Shards | None:
    """The shards that are written as in `0,1/4`: the first two of four. None for "". Raises BadRequestError."""
    if not written:
        return None
    found = _WRITTEN.fullmatch(written.replace(" ", ""))
    ids = tuple(int(one) for one in found[1].split(",")) if found else ()
    count = int(found[2]) if found else 0
    if not ids or max(ids) >= count or len({*ids}) < len(ids):
        raise BadRequestError(
            "Shards are written as in 0,1/4: those that this process receives, each once and counted from 0, "
            "and after the slash how many there are in all processes."
        )
    return Shards(ids, count)
