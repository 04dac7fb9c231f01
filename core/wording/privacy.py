"""Where a candidate's words go, said before they say any."""

from __future__ import annotations

_CARRIERS = {"telegram": "Telegram", "discord": "Discord"}
_HERE = (
    "Your answers are kept on the machine I run on; only a language model that its owner has set, if any, "
    "is shown them."
)


def privacy(platform: str) -> str:
    """Who carries and keeps what is said on that platform."""
    carrier = _CARRIERS.get(platform)
    return f"{carrier} carries and keeps the messages of this chat. {_HERE}" if carrier else _HERE
