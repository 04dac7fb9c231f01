"""Values of core to and from what a column can hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter
from pydantic_core import PydanticSerializationError

from adapters.database.words import StoredWords, figures_of
from core.effects import (
    AssessAnswer,
    AwaitReport,
    ConsiderAnswer,
    Effect,
    Send,
    SettleAnswer,
    StrengthenAnswer,
    TranscribeNote,
)
from core.model import Assessment, Levels, Preferences, Report, Stronger
from core.speech import Span, Spoken

# The words under which effects are stored. They outlive the names of the classes.
EFFECT_KINDS: Mapping[str, type[Effect]] = MappingProxyType(
    {
        "send": Send,
        "transcribe_note": TranscribeNote,
        "settle_answer": SettleAnswer,
        "consider_answer": ConsiderAnswer,
        "assess_answer": AssessAnswer,
        "strengthen_answer": StrengthenAnswer,
        "await_report": AwaitReport,
    }
)
_KIND_OF = {effect: kind for kind, effect in EFFECT_KINDS.items()}
_NUL = "\\u0000"
_FIGURES = "^(-?[0-9]+( -?[0-9]+)*)?$"
_Value = TypeVar("_Value")
_adapters: dict[type, TypeAdapter[Any]] = {}


@dataclass(frozen=True, slots=True)
class _StoredSpoken:
    note: str
    seconds: float
    words: list[str]
    figures: Annotated[str, Field(pattern=_FIGURES)]
    spans: list[tuple[float, float]]
    kept: bool


def _adapter(kind: type[_Value]) -> TypeAdapter[_Value]:
    """How values of a kind are written and read; made when the first one is, as it takes a moment."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def storable(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns or the document, every text in it as a database can hold it."""
    return {name: _storable_value(value) for name, value in columns.items()}


def storable_text(text: str) -> str:
    """The text; lone surrogates and NUL, which not every database holds, become U+FFFD."""
    if not (text.isascii() or _is_sound(text)):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "\ufffd")


def _storable_value(value: Any) -> Any:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict):
        return storable(value)
    return [_storable_value(item) for item in value] if isinstance(value, list) else value


def _is_sound(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def encode_effect(effect: Effect) -> tuple[str, str]:
    """The kind and the document of an effect, as JSON, which pydantic writes ten times as fast as all else can."""
    kind = _KIND_OF[type(effect)]
    try:
        text = _adapter(type(effect)).dump_json(effect).decode()
    except PydanticSerializationError:  # a lone surrogate
        text = _NUL
    if _NUL in text:
        text = json.dumps(storable(_adapter(type(effect)).dump_python(effect, mode="json")))
    return kind, text


def decode_effect(kind: str, document: Mapping[str, Any]) -> Effect:
    """The effect of a kind and a document; ValueError when there is none."""
    if kind not in EFFECT_KINDS:
        raise ValueError(f"unknown kind of effect: {kind}")
    return _adapter(EFFECT_KINDS[kind]).validate_python(document)


def encode_report(report: Report) -> dict[str, Any]:
    """The columns of a report."""
    document = storable(_adapter(Report).dump_python(report, mode="json"))
    return {"total": document.pop("total"), "document": document}


def decode_report(total: float | None, document: Mapping[str, Any]) -> Report:
    """The report of its columns; ValueError when they make none."""
    return _adapter(Report).validate_python({**document, "total": total})


def encode_assessment(assessment: Assessment) -> dict[str, Any]:
    """The columns of an assessment."""
    columns = storable(_adapter(Assessment).dump_python(assessment, mode="json"))
    levels: dict[str, Any] = columns.pop("levels")
    return levels | columns


def decode_assessment(columns: Mapping[str, Any]) -> Assessment:
    """The assessment of its columns; ValueError when they make none."""
    levels = {field.name: columns[field.name] for field in fields(Levels)}
    return _adapter(Assessment).validate_python({**columns, "levels": levels})


def encode_disputed(assessment: Assessment | None) -> dict[str, Any] | None:
    """The document of an assessment that has been made again."""
    return None if assessment is None else storable(_adapter(Assessment).dump_python(assessment, mode="json"))


def decode_disputed(document: Mapping[str, Any] | None) -> Assessment | None:
    """The assessment of a document; ValueError when it makes none."""
    return None if document is None else _adapter(Assessment).validate_python(document)


def encode_stronger(stronger: Stronger | None) -> dict[str, Any]:
    """The columns of a stronger version, or of none."""
    if stronger is None:
        return {"stronger": "", "stronger_changes": [], "stronger_by": None}
    columns = {"stronger": stronger.text, "stronger_changes": [*stronger.changes], "stronger_by": stronger.made_by}
    return storable(columns)


def decode_stronger(text: str, changes: object, made_by: str | None) -> Stronger | None:
    """The stronger version of its columns, or None; ValueError when they make none."""
    if made_by is None:
        return None
    return _adapter(Stronger).validate_python({"text": text, "changes": changes, "made_by": made_by})


def encode_spoken(spoken: Spoken | None) -> dict[str, Any] | None:
    """The document of how an utterance was spoken: times and likelihoods to a hundredth, those of words together."""
    if spoken is None:
        return None
    return {
        "note": storable_text(spoken.note),
        "seconds": round(spoken.seconds, 2),
        "words": [storable_text(word.text) for word in spoken.words],
        "figures": figures_of(spoken.words),
        "spans": [[round(span.start, 2), round(span.end, 2)] for span in spoken.spans],
        "kept": spoken.kept,
    }


def decode_spoken(document: Mapping[str, Any] | None) -> Spoken | None:
    """How an utterance was spoken, from its document; ValueError when that makes none."""
    if document is None:
        return None
    stored = _adapter(_StoredSpoken).validate_python(document)
    words = StoredWords(stored.words, stored.figures)
    spans = tuple(Span(*span) for span in stored.spans)
    return Spoken(stored.note, stored.seconds, words, spans, stored.kept)


def encode_preferences(preferences: Preferences) -> dict[str, Any]:
    """The document of preferences."""
    return storable(_adapter(Preferences).dump_python(preferences, mode="json"))


def decode_preferences(document: Mapping[str, Any]) -> Preferences:
    """The preferences of a document: what it does not say is as it is for everybody, what nobody knows is left out."""
    return _adapter(Preferences).validate_python(document)
