"""What a candidate is told when the bot cannot take or show something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.wording.pieces import notice

if TYPE_CHECKING:
    from core.messages import Outbound


def too_fast() -> Outbound:
    """More messages came from one account than are taken; said once, so it speaks for those that follow, too."""
    return notice(
        "That is more than I can take at once, so your last message was not taken, nor is any that you send right "
        "now. Please wait a minute, then send again what is missing."
    )


def not_let_in(platform: str, account: str) -> str:
    """Somebody whom the owner has not let in; `platform` is its name, `account` their id there."""
    return f"I am here for invited people only: to be let in, pass your {platform} id, {account}, on to my owner."


def all_taken() -> Outbound:
    """A new interview was asked for while as many are going on as the owner allows."""
    return notice(
        "I am holding as many interviews as I can at the moment, so yours has to wait. Please press Start again in a "
        "few minutes; your choice is kept here:"
    )


def not_shown() -> Outbound:
    """A message that the platform will never take."""
    return notice(
        "I could not show you a message just now. In an interview /status says where we are, and /skip goes on to the "
        "next question."
    )
