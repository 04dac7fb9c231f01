"""HTML as the Bot API reads it: a text and its entities, counted in UTF-16 units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tests.wires.telegram.forms import EditMessageCaption, EditMessageText, Entity, SendMessage, SendVoice
from tests.wires.telegram.refusals import Refusal

LONGEST = 4_096
LONGEST_CAPTION = 1_024
MOST_ENTITIES = 100
MOST_BUTTONS = 100
LONGEST_PAYLOAD = 64
_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "s": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_TOKENS = re.compile(r"<(/?)([^<>]*)>|&(lt|gt|amp|quot|#\d{1,6});|<|([^<&]+|&)")
_ESCAPES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def parse(source: str) -> tuple[str, list[dict[str, Any]]]:
    """The text and the entities of a piece of HTML. Raises Refusal."""
    text, entities, opened = "", [], list[tuple[str, int]]()
    for token in _TOKENS.finditer(source):
        closing, tag, escape, plain = token.groups()
        if plain is not None:
            text += plain
        elif escape is not None:
            text += _ESCAPES.get(escape) or chr(int(escape[1:]))
        elif closing:
            entities.append(_closed(opened, tag, units(text)))
        else:
            opened.append((_known(tag, token.start()), units(text)))
    if opened:
        raise Refusal(400, f"Bad Request: can't parse entities: Can't find end tag for \"{opened[-1][0]}\"")
    return text, [entity for entity in entities if entity["length"]]


def _known(tag: str | None, at: int) -> str:
    if tag not in _KINDS:
        raise Refusal(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}" at byte offset {at}')
    return tag


def _closed(opened: list[tuple[str, int]], tag: str, end: int) -> dict[str, Any]:
    if not opened or opened[-1][0] != tag:
        raise Refusal(400, f'Bad Request: can\'t parse entities: Unexpected end tag "{tag}"')
    name, start = opened.pop()
    return {"type": _KINDS[name], "offset": start, "length": end - start}


def content(form: SendMessage | EditMessageText) -> dict[str, Any]:
    """The fields of a message that is written so. Raises Refusal."""
    text, entities = _marked(form.text, form.parse_mode, form.entities, LONGEST, "message")
    if not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    fields: dict[str, Any] = {"text": text} | ({"entities": entities} if entities else {})
    return fields | keyboard(form)


def caption(form: SendVoice | EditMessageCaption) -> dict[str, Any]:
    """The fields of a message with a file, whose caption is written so. Raises Refusal."""
    text, entities = _marked(form.caption, form.parse_mode, form.caption_entities, LONGEST_CAPTION, "message caption")
    fields: dict[str, Any] = {"caption": text} if text else {}
    return fields | ({"caption_entities": entities} if entities else {}) | keyboard(form)


def _marked(
    source: str, mode: str | None, given: Sequence[Entity] | None, longest: int, name: str
) -> tuple[str, list[dict[str, Any]]]:
    text, entities = parse(source) if mode else (source, [one.model_dump() for one in given or ()])
    if units(text) > longest:
        raise Refusal(400, f"Bad Request: {name} is too long")
    if len(entities) > MOST_ENTITIES or any(one["offset"] + one["length"] > units(text) for one in entities):
        raise Refusal(400, "Bad Request: entities that would be left out", mistake=True)
    return text, entities


def keyboard(form: Any) -> dict[str, Any]:
    """The buttons of a message. Raises Refusal."""
    if form.reply_markup is None or not form.reply_markup.buttons:
        return {}
    if len(form.reply_markup.buttons) > MOST_BUTTONS:
        raise Refusal(400, "Bad Request: reply markup is too long")
    for button in form.reply_markup.buttons:
        if button.callback_data is not None and not 1 <= len(button.callback_data.encode()) <= LONGEST_PAYLOAD:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    return {"reply_markup": form.reply_markup.plain()}
