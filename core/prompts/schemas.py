"""The few forms of JSON schema that replies are bound to: everything required, everything with a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def record(**properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object of exactly these properties; a server has them written in this order."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def text(longest: int) -> dict[str, Any]:
    """A text of at most so many characters."""
    return {"type": "string", "maxLength": longest}


def one_of(values: Sequence[str]) -> dict[str, Any]:
    """One of these texts."""
    return {"type": "string", "enum": list(values)}


def array(items: Mapping[str, Any], most: int) -> dict[str, Any]:
    """A list of at most so many items."""
    return {"type": "array", "items": items, "maxItems": most}


def whole(least: int, most: int) -> dict[str, Any]:
    """A whole number in a range, ends included."""
    return {"type": "integer", "minimum": least, "maximum": most}
