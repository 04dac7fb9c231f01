"""A prompt that can be edited, with messages appearing above it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext

from prompt_toolkit import PromptSession
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.output import create_output
from prompt_toolkit.patch_stdout import patch_stdout


class Prompt:
    """A prompt with history and editing; messages that arrive meanwhile appear above it, `hint` stands below it.

    `typing` is called at every change of a line that is not empty. Where only the input is a terminal, the prompt is
    shown by standard error, so that the output holds the interview and nothing else.
    """

    def __init__(self, typing: Callable[[], None], hint: Callable[[], str]) -> None:
        self._typing = typing
        self._session: PromptSession[str] = PromptSession(
            bottom_toolbar=hint, output=create_output(always_prefer_tty=True)
        )
        self._session.default_buffer.on_text_changed += self._changed

    async def read(self) -> str | None:
        with patch_stdout(raw=True) if sys.stdout.isatty() else nullcontext():
            try:
                return await self._session.prompt_async("> ")
            except EOFError:
                return None

    def redraw(self) -> None:
        """Show the hint as it is now."""
        self._session.app.invalidate()

    def _changed(self, buffer: Buffer) -> None:
        if buffer.text:
            self._typing()
