"""Any value that a store may be given."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC
from typing import TypeVar

from hypothesis import strategies as st

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
from core.messages import Block, BlockStyle, Choice, Document, Outbound, OutboundKind
from core.model import (
    Assessment,
    Conversation,
    CriterionResult,
    Evidence,
    Finding,
    Interview,
    Levels,
    Mode,
    Outcome,
    Passes,
    Phase,
    Preferences,
    QuestionResult,
    Report,
    ReportFinding,
    Stronger,
    Turn,
    Utterance,
    UtteranceKind,
)
from core.roles import Criterion, Seniority
from core.speech import Delivery, Excerpt, ReplyStyle, Span, Spoken, VoiceNote, Word
from tests.contracts.sample import ROLE

Value = TypeVar("Value")

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")  # which not every database holds
words = st.text(characters, max_size=30)
ids = st.text(characters, max_size=12)
texts = words | st.sampled_from(
    ["\1", "a\u2028b", "👩🏽‍💻 naïve", "\u202e\u0634\u0643", "';--", "{}", "5", "null", "x" * 9000]
)
times = st.datetimes(timezones=st.just(UTC)).map(lambda time: time.replace(fold=0))  # which says nothing in UTC
levels = st.integers(1, 5)
means = st.floats(1, 5)
counts = st.integers(0, 99)
criteria = st.sampled_from(Criterion)


def several(values: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(values, max_size=3).map(tuple)


def whole(value: type[Value], **parts: st.SearchStrategy[object]) -> st.SearchStrategy[Value]:
    """Values with every field given: a field that core gets tomorrow must not be left out here."""
    assert parts.keys() == {field.name for field in fields(value)}, value  # type: ignore[arg-type]
    return st.builds(value, **parts)


conversations = whole(Conversation, platform=ids, chat=ids, account=ids)
# Stored to a hundredth, which is finer than anybody speaks.
hundredths = st.integers(0, 60_000).map(lambda number: number / 100)
spans = whole(Span, start=hundredths, end=hundredths)
spoken = whole(
    Spoken,
    note=ids,
    seconds=hundredths,
    words=several(
        whole(
            Word,
            text=texts,
            start=hundredths,
            end=hundredths,
            probability=st.integers(0, 100).map(lambda number: number / 100),
        )
    ),
    spans=several(spans),
    kept=st.booleans(),
)
utterances = whole(
    Utterance,
    kind=st.sampled_from(UtteranceKind),
    text=texts,
    at=times,
    message_id=ids,
    point=ids,
    made_by=words,
    spoken=st.none() | spoken,
)
findings = several(whole(Finding, criterion=criteria, text=texts, quote=texts, advice=texts))
assessments = whole(
    Assessment,
    levels=whole(Levels, communication=levels, technical=levels, structure=levels),
    total=means,
    evidence=several(whole(Evidence, criterion=criteria, quote=texts)),
    covered=several(ids),
    missed=several(ids),
    strengths=findings,
    improvements=findings,
    reason=words,
    assessor=words,
    model=words,
    passes=several(whole(Passes, criterion=criteria, levels=several(levels))),
    shortened=st.booleans(),
)
turns = whole(
    Turn,
    question=st.sampled_from(ROLE.questions),
    attempt=counts,
    revision=counts,
    utterances=several(utterances),
    outcome=st.none() | st.sampled_from(Outcome),
    assessment=st.none() | assessments,
    stronger=st.none() | whole(Stronger, text=texts, changes=several(texts), made_by=words),
    interviewer=words,
    stand_in=st.booleans(),
    disputed=st.none() | assessments,
)
report_findings = several(
    whole(
        ReportFinding,
        number=counts,
        criterion=criteria,
        text=texts,
        quote=texts,
        advice=texts,
        heard_at=st.none() | st.tuples(counts, counts),
    )
)
question_results = whole(
    QuestionResult,
    number=counts,
    question_id=ids,
    focus=words,
    outcome=st.sampled_from(Outcome),
    total=st.none() | means,
    covered=several(texts),
    missed=several(texts),
    reason=words,
    disputed=st.none() | means,
    assessor=words,
    shortened=st.booleans(),
)
criterion_results = whole(
    CriterionResult, criterion=criteria, label=words, level=means, anchor=texts, spread=st.none() | st.floats(0, 4)
)
seconds = st.floats(0, 600)
deliveries = whole(
    Delivery,
    words=counts,
    seconds=seconds,
    speaking_s=seconds,
    pauses=several(seconds),
    first_word_s=seconds,
    fillers=counts,
)
reports = whole(
    Report,
    role_title=words,
    mode=st.sampled_from(Mode),
    seniority=st.sampled_from(Seniority),
    total=st.none() | means,
    planned=counts,
    assessed=counts,
    criteria=several(criterion_results),
    strengths=report_findings,
    improvements=report_findings,
    questions=several(question_results),
    ended_early=st.booleans(),
    assessors=several(words),
    self_rating=st.none() | levels,
    delivery=st.none() | deliveries,
    usual_pace=st.none() | st.floats(1, 400),
)
interviews = whole(
    Interview,
    candidate=st.just(0),
    conversation=conversations,
    role=st.just(ROLE),
    mode=st.sampled_from(Mode),
    seniority=st.sampled_from(Seniority),
    plan=st.permutations(ROLE.questions).map(tuple),
    phase=st.sampled_from(Phase),
    started_at=times,
    turns=several(turns),
    report=st.none() | reports,
    self_rating=st.none() | st.integers(0, 5),
    usual_pace=st.none() | st.floats(1, 400),
    id=st.just(0),
    version=st.just(0),
)
choices = whole(Choice, label=words, command=words, argument=words, turn=st.none() | counts, row=st.none() | counts)
blocks = whole(Block, style=st.sampled_from(BlockStyle), text=texts, level=st.none() | means, calm=st.none() | texts)
outbounds = whole(
    Outbound,
    kind=st.sampled_from(OutboundKind),
    blocks=several(blocks),
    choices=several(choices),
    default=st.none() | choices,
    report=st.none() | reports,
    replaces=ids,
    document=st.none() | whole(Document, name=words, text=texts),
    spoken=texts,
    excerpt=st.none() | whole(Excerpt, interview=counts, note=ids, span=whole(Span, start=seconds, end=seconds)),
    answers=ids,
)
effects: st.SearchStrategy[Effect] = st.one_of(
    whole(Send, message=outbounds, to=st.none() | conversations),
    whole(
        TranscribeNote,
        message_id=ids,
        note=whole(VoiceNote, reference=texts, seconds=st.none() | seconds, size=st.none() | counts),
    ),
    whole(SettleAnswer, turn=counts, revision=counts),
    whole(ConsiderAnswer, turn=counts, revision=counts),
    whole(AssessAnswer, turn=counts),
    whole(StrengthenAnswer, turn=counts),
    whole(AwaitReport, last=st.booleans()),
)
preferences = whole(
    Preferences,
    hide_numbers=st.booleans(),
    reply=st.sampled_from(ReplyStyle),
    language=ids,
    keep_recordings=st.booleans(),
)
