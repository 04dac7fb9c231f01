"""JSON schemas as Ollama reads them: a reply made out of one, and the mistakes in one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

# What Ollama turns into a grammar and this project has a use for; another keyword would be ignored without a word.
_KEYWORDS = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"minLength", "maxLength", "enum"},
    "integer": {"minimum", "maximum"},
    "boolean": set[str](),
}
_LIMITS = {"array": "maxItems", "string": "maxLength"}
_WORDS = "These words were made up to fit. "


def generate(schema: dict[str, Any], **values: Any) -> str:
    """A reply that fits the schema, as JSON; `values` are taken at the top level as they are."""
    return json.dumps({name: values.get(name, _value(part)) for name, part in schema["properties"].items()})


def _value(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    match schema["type"]:
        case "object":
            return {name: _value(part) for name, part in schema["properties"].items()}
        case "array":
            return [_value(schema["items"])] * max(1, schema.get("minItems", 0))
        case "string":
            least = schema.get("minLength", 0)
            return (_WORDS * (1 + least // len(_WORDS))).strip()[: schema["maxLength"]]
        case "integer":
            return (schema.get("minimum", 1) + schema.get("maximum", 5)) // 2
        case _:
            return True


def mistakes_in(schema: Any, name: str = "format") -> Iterator[str]:
    """What a grammar would not hold: unknown keywords, and texts and lists that may go on for ever."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    if kind not in _KEYWORDS:
        yield f"{name}: no type that is known"
        return
    yield from (f"{name}: {word} is not known" for word in sorted(schema.keys() - _KEYWORDS[kind] - {"type"}))
    if kind in _LIMITS and not schema.keys() & {_LIMITS[kind], "enum"}:
        yield f"{name}: without {_LIMITS[kind]} it may go on until the tokens are used up"
    yield from _inner_mistakes(schema, name, kind)


def _inner_mistakes(schema: dict[str, Any], name: str, kind: str) -> Iterator[str]:
    if kind == "array":
        yield from mistakes_in(schema.get("items"), f"{name}[]")
    if kind == "object":
        parts = schema.get("properties", {})
        if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(parts):
            yield f"{name}: all properties must be required, and no others allowed"
        for key, part in parts.items():
            yield from mistakes_in(part, f"{name}.{key}")
