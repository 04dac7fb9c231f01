"""Asks a language model for a reply that can be read: once, and once more when the first cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from core.ports import CutReplyError, UnusableRepliesError
from core.prompts import BadReplyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.interviewers.queue import ModelQueue
    from core.ports import Waiting
    from core.prompts import Prompt

_MOST_ASKED = 2
_WARMER = 0.3
_Read = TypeVar("_Read")


class Replies:
    """The replies to one prompt; `asked` counts them."""

    def __init__(self, model: ModelQueue, waiting: Waiting) -> None:
        self._model = model
        self._waiting = waiting
        self.asked = 0

    async def read(self, prompt: Prompt, reader: Callable[[str], _Read]) -> _Read:
        """What a reply says by a reader that raises BadReplyError.

        Raises UnusableRepliesError when both replies were cut off or could not be read, else as the model does.
        """
        while self.asked < _MOST_ASKED:
            self.asked += 1
            try:
                return reader(await self._model.complete(prompt, self._waiting))
            except (BadReplyError, CutReplyError):
                # At temperature 0 the same words would come back.
                prompt = replace(prompt, temperature=max(prompt.temperature, _WARMER))
        raise UnusableRepliesError("The language model gave no usable reply, although it was asked again.")
