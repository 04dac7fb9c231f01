"""Values of core as they would be read back, so that what was just saved need not be read to be known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from itertools import zip_longest
from typing import TypeVar

from adapters.database.codec import (
    decode_disputed,
    decode_report,
    decode_spoken,
    decode_stronger,
    encode_assessment,
    encode_disputed,
    encode_report,
    encode_spoken,
    encode_stronger,
    storable_text,
)
from adapters.database.reading import assessment_of
from core.model import Assessment, Conversation, Interview, Report, Stronger, Turn, Utterance

Value = TypeVar("Value")


def as_stored(before: Interview | None, after: Interview) -> Interview:
    """What the rows say of an interview once it is saved; what equals `before` is taken from there.

    Raises ValueError where that could not be read back.
    """
    turns = zip_longest(before.turns if before else (), after.turns)
    where = after.conversation
    return replace(
        after,
        conversation=Conversation(*(storable_text(part) for part in (where.platform, where.chat, where.account))),
        started_at=after.started_at.astimezone(UTC),
        turns=tuple([_turn(old, new) for old, new in turns if new is not None]),
        report=_kept(before.report if before else None, after.report, _report),
    )


def _turn(old: Turn | None, new: Turn) -> Turn:
    if new == old:
        return old
    said = zip_longest(old.utterances if old else (), new.utterances)
    return replace(
        new,
        utterances=tuple([was if now == was else _utterance(now) for was, now in said if now is not None]),
        assessment=_kept(old.assessment if old else None, new.assessment, _assessment),
        stronger=_kept(old.stronger if old else None, new.stronger, _stronger),
        interviewer=storable_text(new.interviewer),
        disputed=_kept(old.disputed if old else None, new.disputed, _disputed),
    )


def _kept(old: Value | None, new: Value | None, stored: Callable[[Value], Value | None]) -> Value | None:
    if new is None:
        return None
    return old if new == old else stored(new)


def _utterance(said: Utterance) -> Utterance:
    return replace(
        said,
        text=storable_text(said.text),
        at=said.at.astimezone(UTC),
        message_id=storable_text(said.message_id),
        point=storable_text(said.point),
        made_by=storable_text(said.made_by),
        spoken=decode_spoken(encode_spoken(said.spoken)),
    )


def _assessment(assessment: Assessment) -> Assessment:
    return assessment_of(encode_assessment(assessment))


def _disputed(assessment: Assessment) -> Assessment | None:
    return decode_disputed(encode_disputed(assessment))


def _stronger(stronger: Stronger) -> Stronger | None:
    columns = encode_stronger(stronger)
    return decode_stronger(columns["stronger"], columns["stronger_changes"], columns["stronger_by"])


def _report(report: Report) -> Report:
    return decode_report(**encode_report(report))
