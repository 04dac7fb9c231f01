"""Puts posts into a chat: as new ones, or one in the place of an earlier one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import discord

from adapters.discord import speaking
from adapters.discord.drawing import Post, nonce, with_file
from adapters.discord.failures import NO_FILES, TOO_MANY_CHANGES, UNREACHABLE, is_passing
from core.speech import Speech

CHANGING_S = 10.0
"""How long Discord may make the change of an earlier post wait before a new one is sent; our own choice."""
_ANSWERED = re.compile(r"(?:voice(?:-\d+)?:)?(\d{1,20})")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message as it is sent. `replaces` and `answers` are ids of earlier messages, as of `core.messages.Outbound`.

    The same key means the same parcel, however often it is delivered.
    """

    posts: Sequence[Post]
    key: str
    replaces: str = ""
    answers: str = ""
    speech: Speech | None = None


async def deliver(client: discord.Client, chat: int, parcel: Parcel) -> None:
    """Raises HTTPException and the like. Speech that Discord does not take comes as a file, else it is left away."""
    channel, answered = client.get_partial_messageable(chat), _reference(chat, parcel.answers)
    if parcel.speech is None:
        await _write(channel, parcel, answered)
    elif await speaking.say(client, chat, parcel.speech, nonce(parcel.key, "voice"), answered):
        await _write(channel, parcel, None)
    else:
        try:
            await _write(channel, replace(parcel, posts=with_file(parcel.posts, parcel.speech)), answered)
        except discord.HTTPException as error:
            if error.code not in NO_FILES:
                raise
            await _write(channel, parcel, answered)


async def _write(
    channel: discord.PartialMessageable, parcel: Parcel, answered: discord.MessageReference | None
) -> None:
    posts = parcel.posts
    is_change = parcel.replaces.isdecimal() and len(posts) == 1 and posts[0].is_changeable
    if is_change and await _change(channel, posts[0], parcel.replaces):
        return
    for number, post in enumerate(posts):
        arguments = post.arguments(parcel.key, number)
        if answered and not number:
            arguments["reference"] = answered
        await channel.send(**arguments)


def _reference(chat: int, answers: str) -> discord.MessageReference | None:
    """What shows a message as a reply; None where there is no message on Discord that it could reply to."""
    found = _ANSWERED.fullmatch(answers)
    if found is None:
        return None
    return discord.MessageReference(message_id=int(found[1]), channel_id=chat, fail_if_not_exists=False)


async def _change(channel: discord.PartialMessageable, post: Post, earlier: str) -> bool:
    """Whether the earlier post could be changed; what Discord does not take now may be tried again."""
    try:
        async with asyncio.timeout(CHANGING_S):
            await channel.get_partial_message(int(earlier)).edit(**post.changes())
    except TimeoutError:
        return False
    except discord.HTTPException as error:
        if error.code != TOO_MANY_CHANGES and (error.code in UNREACHABLE or is_passing(error)):
            raise
        return False
    return True
