"""Puts posts into a chat: as new ones, or one in the place of an earlier one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import discord

from adapters.discord.drawing import Post
from adapters.discord.failures import TOO_MANY_CHANGES, UNREACHABLE, is_passing

CHANGING_S = 10.0
"""How long Discord may make the change of an earlier post wait before a new one is sent; our own choice."""


async def deliver(channel: discord.PartialMessageable, posts: Sequence[Post], key: str, replaces: str) -> None:
    """Raises HTTPException and the like. The same key means the same posts, however often they are delivered."""
    if (
        replaces.isdecimal()
        and len(posts) == 1
        and posts[0].is_changeable
        and await _change(channel, posts[0], replaces)
    ):
        return
    for number, post in enumerate(posts):
        await channel.send(**post.arguments(key, number))


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
