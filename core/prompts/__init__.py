"""What a language model is asked: messages, JSON schemas, and the reading of replies. Pure: no model is called here."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_LETTERS = (string.ascii_letters + " ").encode()
_LETTERS_A_TOKEN = 3
_TEMPLATE_TOKENS = 48


class BadReplyError(Exception):
    """A reply that is not what the prompt asked for. The message is one sentence and holds nothing of the reply."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One call of a language model.

    `task` names it in logs; `system` is ours alone; `user` is JSON and holds everything that others said, as data;
    `schema` is the JSON schema of the reply, which has at most `max_tokens` tokens; `temperature` is 0.0 to 2.0.
    """

    task: str
    system: str
    user: str
    schema: Mapping[str, Any]
    temperature: float
    max_tokens: int

    @property
    def room_tokens(self) -> int:
        """How many tokens of a model's context the prompt and its reply take together, by the estimate of `tokens`.

        The marks that a chat template puts around two messages are counted in; they are below 30 in all common ones.
        """
        return tokens(self.system) + tokens(self.user) + self.max_tokens + _TEMPLATE_TOKENS


@dataclass(frozen=True, slots=True)
class Fitted:
    """A prompt made to fit; `shortened` says that the beginning of what the candidate said had to be left out."""

    prompt: Prompt
    shortened: bool = False


def tokens(text: str) -> int:
    """How many tokens a text has at most, by a cautious estimate that knows no tokeniser.

    ASCII letters and blanks count a third of a token each: English prose has 4 to 5 of them a token in every common
    tokeniser. Digits and punctuation count one token each, as some tokenisers take them. All else counts one token for
    each byte of UTF-8, which is the most that a tokeniser which falls back to bytes can make of it. Only long gibberish
    in ASCII letters can come out higher than this.
    """
    written = text.encode("utf-8", "surrogatepass")
    others = len(written.translate(None, _LETTERS))
    return others - (others - len(written)) // _LETTERS_A_TOKEN
