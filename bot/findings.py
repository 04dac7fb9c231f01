"""What was found of a part: ok, off or broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One part's state; `advice` says what to do where it is broken."""

    part: str
    state: Literal["ok", "off", "broken"]
    detail: str
    advice: str = ""
