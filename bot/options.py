"""What a command line can ask of the terminal interview."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """What the command line asked for; `request` is the argument of the command `interview`.

    `voice_in` are sound files that are the answers, `voice_out` is the folder that replies are spoken into.
    """

    request: str = ""
    name: str = ""
    as_json: bool = False
    voice_in: tuple[Path, ...] = ()
    voice_out: Path | None = None
