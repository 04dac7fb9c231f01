"""Reads the JSON object of a reply: whatever text a model returns gives clean values or BadReplyError."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any, NoReturn

from core.prompts import BadReplyError
from core.text import clean, excerpt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_REPLY = 20_000
_ENDS = ".!?…"


def parsed(reply: str) -> Mapping[str, Any]:
    """The JSON object that a reply is, alone or in a fence of three backticks; prose around it is refused.

    Raises BadReplyError, also for NaN, names given twice, nesting too deep, and more than `LONGEST_REPLY` characters.
    """
    if len(reply) > LONGEST_REPLY:
        raise BadReplyError("The reply is too long.")
    bare = reply.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    try:
        value = json.loads(bare, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise BadReplyError("The reply is not JSON.") from None
    return _mapping(value)


def text_in(fields: Mapping[str, Any], name: str, limit: int) -> str:
    """The text of a field in one line; one that reached `limit` characters was cut off, and ends at a sentence.

    Where no sentence ends, it is cut between words and ends with “…”. Raises BadReplyError when it is no text.
    """
    text = _one_line(_typed(fields, name, str))
    if len(text) < limit:
        return text
    head = text[:limit]
    end = max(head.rfind(f"{mark} ") for mark in _ENDS)
    if head[-1] in _ENDS:
        return head
    return head[: end + 1] if end > 0 else excerpt(head, limit - 2) + "…"


def question_in(fields: Mapping[str, Any], name: str, limit: int) -> str:
    """The text of a field in one line; of one that was cut off, the questions that are whole, "" if none is.

    Raises BadReplyError when it is no text.
    """
    text = _one_line(_typed(fields, name, str))
    return text if len(text) < limit else text[: text[:limit].rfind("?") + 1]


def texts_in(fields: Mapping[str, Any], name: str, limit: int, most: int) -> tuple[str, ...]:
    """The different texts of a list, at most `most`; empty ones are left out. Raises BadReplyError."""
    texts = (text_in({name: item}, name, limit) for item in list_in(fields, name))
    return tuple(dict.fromkeys(text for text in texts if text))[:most]


def quote_in(fields: Mapping[str, Any], name: str, limit: int) -> str:
    """The quote of a field in one line, cut between words. Raises BadReplyError when it is no text."""
    return excerpt(_one_line(_typed(fields, name, str)), limit - 1)


def quotes_in(fields: Mapping[str, Any], name: str, limit: int, most: int) -> tuple[str, ...]:
    """The different quotes of a list, at most `most`; empty ones are left out. Raises BadReplyError."""
    quotes = (quote_in({name: item}, name, limit) for item in list_in(fields, name))
    return tuple(dict.fromkeys(quote for quote in quotes if quote))[:most]


def known_in(fields: Mapping[str, Any], name: str, known: Sequence[str]) -> tuple[str, ...]:
    """Those of the known ids that a list holds, in their own order. Raises BadReplyError."""
    held = [item for item in list_in(fields, name) if isinstance(item, str)]
    return tuple(one for one in known if one in held)


def list_in(fields: Mapping[str, Any], name: str) -> list[Any]:
    """The list of a field. Raises BadReplyError when there is none."""
    found: list[Any] = _typed(fields, name, list)
    return found


def object_of(item: object) -> Mapping[str, Any]:
    """An item of a list that has to be an object. Raises BadReplyError."""
    return _mapping(item)


def _typed(fields: Mapping[str, Any], name: str, kind: type) -> Any:
    value = fields.get(name)
    if not isinstance(value, kind):
        raise BadReplyError(f"The reply has no {name} of the right kind.")
    return value


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadReplyError("The reply is not an object.")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise BadReplyError("The reply names something twice.")
    return fields


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _one_line(text: str) -> str:
    """The text in one line without anything that cannot be seen: control, bidirectional and unassigned characters."""
    if not text.isprintable():  # most are, and looking at each letter takes its time
        text = "".join(
            " " if letter.isspace() else letter
            for letter in text
            if letter.isspace() or not unicodedata.category(letter).startswith("C")
        )
    return " ".join(clean(text).split())
