"""Replies: what is said, how fast, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


class Ending(Enum):
    """How a stream ends."""

    DONE = auto()  # as it should
    LENGTH = auto()  # done, because the tokens were used up
    NO_REASON = auto()  # done, without a reason
    CUT = auto()  # HTTP 200, and the stream is over without `done`
    ERROR = auto()  # an error object in the stream
    DROP = auto()  # the connection is dropped
    HANG = auto()  # nothing more comes
    ENDLESS_STREAM = auto()  # token after token, for ever
    ENDLESS_LINE = auto()  # one line, for ever


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply. `text` None is generated; `after` is the number of tokens before the ending, None for all of them."""

    text: str | None = None
    ending: Ending = Ending.DONE
    after: int | None = None
    status: int = 200
    error: str = "an error was encountered while running the model"
    headers: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[bytes, ...] = ()
    first_token_s: float | None = None
    tokens_per_second: float | None = None


def says(value: Any) -> Reply:
    return Reply(json.dumps(value, ensure_ascii=False))
