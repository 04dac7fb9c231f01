"""Which conversation something is done for, so that a line of the log can name it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.model import Conversation

_current: ContextVar[Conversation | None] = ContextVar("conversation", default=None)


def current() -> Conversation | None:
    """The conversation that the caller works for, None where there is none."""
    return _current.get()


def context(where: Conversation) -> Context:
    """The context of the caller, but for a conversation; a task that is started in it works for that."""
    made = copy_context()
    made.run(_current.set, where)
    return made


@contextmanager
def about(where: Conversation) -> Iterator[None]:
    """Work for a conversation until the end of the block."""
    token = _current.set(where)
    try:
        yield
    finally:
        _current.reset(token)
