"""Where a candidate's words go, said before they say any."""

from __future__ import annotations

_CARRIERS = {"telegram": "Telegram", "discord": "Discord"}
_HERE = (
    "Your answers are kept on the machine I run on; only a language model that its owner has set, if any, "
    "is shown them."
)
_NOTES = "Voice notes are deleted once they are transcribed, unless you choose to keep them."


def privacy(platform: str, *, listens: bool = False) -> str:
    """Who carries and keeps what is said on that platform; `listens` says that it can be said by voice note."""
    carrier = _CARRIERS.get(platform)
    carried = f"{carrier} carries and keeps the messages of this chat." if carrier else ""
    return " ".join(filter(None, (carried, _HERE, _NOTES if listens else "")))
