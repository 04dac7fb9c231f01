"""What Telegram's adapter says itself, because it is about Telegram only."""

from __future__ import annotations

OF_NO_USE = "I take text and voice notes only, so I could not use that. Please type your answer, or record it."
TEXT_ONLY = "I take text only, so I could not use that. Please type your answer."
FORWARDED = "That is a forwarded recording; please record your answer yourself."
OLD_BUTTON = "That button is from an earlier version of me. /help lists what I can do."
NOT_SAVED = (
    "I cannot save your message just now. It waits at Telegram, and I will take it as soon as I can; "
    "you need not send it again."
)
EDITED_COMMAND = "I take commands from new messages only. Please send that one again instead of editing a message."
LOST = "Something went wrong on my side, and I could not take your message. Please send it again."


def elsewhere(link: str) -> str:
    return f"Interviews are private. Write to me here: {link}"


def chosen(label: str) -> str:
    return f"› {label}"  # noqa: RUF001 - a mark, no greater-than sign
