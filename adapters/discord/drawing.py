"""Turns a message into what Discord is sent: one or several posts, the buttons on the last."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import discord

from adapters.discord import markdown, wording
from adapters.discord.buttons import PER_MESSAGE, SAY, view_of
from core.messages import Choice, Outbound, OutboundKind

TEXT_LIMIT = 1900
"""Discord's 2,000 less the line that says what was chosen."""
CARD_LIMIT = 4096
_COLOUR = 0x3B7A78
_ANSWERED = frozenset({OutboundKind.QUESTION, OutboundKind.FOLLOW_UP, OutboundKind.NOTICE, OutboundKind.FEEDBACK})
_NONCE_LENGTH = 25


@dataclass(frozen=True, slots=True)
class Post:
    """One message on Discord: text or a card, with buttons."""

    text: str
    is_card: bool = False
    choices: tuple[Choice, ...] = ()

    def arguments(self, key: str, number: int) -> dict[str, Any]:
        """How discord.py's `send` is called. The same key and number give the same nonce."""
        shown: dict[str, Any] = {"nonce": nonce(key, number), "allowed_mentions": discord.AllowedMentions.none()}
        if self.is_card:
            shown["embed"] = discord.Embed(description=self.text, colour=_COLOUR)
        else:
            shown |= {"content": self.text, "suppress_embeds": True}
        return shown | ({"view": view_of(self.choices)} if self.choices else {})


def posts(message: Outbound, *, by_form: bool) -> list[Post]:
    """`by_form`: what the candidate writes cannot be read there, so a button opens a form to answer in."""
    is_card = message.kind is OutboundKind.REPORT
    texts = markdown.pieces(message.blocks, CARD_LIMIT if is_card else TEXT_LIMIT)
    choices = message.choices
    if by_form and message.kind in _ANSWERED:
        turns = [choice.turn for choice in choices if choice.turn is not None]
        choices = (Choice(wording.ANSWER, SAY, turn=turns[0] if turns else None), *choices)
    made = [Post(text, is_card) for text in texts[:-1]]
    made += [Post(text, is_card, choices[:PER_MESSAGE]) for text in texts[-1:]]
    further = range(PER_MESSAGE, len(choices), PER_MESSAGE)
    return made + [Post(wording.MORE, choices=choices[start : start + PER_MESSAGE]) for start in further]


def nonce(key: str, number: int) -> str:
    return hashlib.sha256(f"{key}/{number}".encode()).hexdigest()[:_NONCE_LENGTH]
