"""Recognises instructions to whoever grades: sentences that ask for a level instead of answering."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.interviewers.lexicon import row
from core.text import stem

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 2000
_START = r"(?:^|[.,:;!?\"“(\[{>#*-]\s*|\b(?:please|kindly|now|and|then|must|should|shall|you|simply|instead|so)\s+)"
_RULES = r"(?:rubrics?|instructions?|prompts?|criteria|criterion|anchors?|grading|scoring|system messages?)"
_VERBS = (
    r"(?:give|award|assign|rate|grade|score|mark|set|assess|evaluate|return|output|respond|reply|record|report|write|treat"
    r"|count|consider|enter|put|print)"
)
_ANSWER = (
    r"(?:(?:this|the|my|our|any|every)\s+(?:\w+\s+)?(?:answer|response|reply|candidate|submission|applicant)"
    r"|(?:all|every|each|any) (?:\w+ )?(?:criteria|criterion|categories|category))"
)
_MARKS = r"(?:levels?|scores?|marks?|grades?|ratings?|points|stars)"
_FIVE_OF_FIVE = r"(?:is|=|:|of)?\s*(?:5|five|10|ten)\s*(?:/|out of)\s*(?:5|five|10|ten)\b"
_FULL = r"(?:full|top|maximum|highest|best|perfect)\s+(?:possible\s+)?" + _MARKS
_FIVE = (
    r"(?:" + _FULL + r"|levels?\s+(?:of\s+)?(?:5|five)|(?:5|five)\s*(?:/|out of|points)"
    r"|(?:score|grade|rating|mark)s?\s+(?:of\s+)?(?:5|five)|all (?:5|five)s)"
)
_GRADER = r"(?:grader|assessor|evaluator|examiner|language model|ai\b|ai assistant|assistant)"
_REPLY = r"\b(?:answer|response|reply)"
_CANDIDATE = r"\b(?:candidate|applicant)"
_EVERY = r"\b(?:all|every|each) (?:three )?(?:criteria|criterion|categories)"
_PRAISE = r"(?:strong|excellent|perfect|complete|correct|outstanding|the best|level|full|answered)"
_ROLES = r"(?:system|assistant|developer|admin|administrator|grader|evaluator|user)"
_MESSAGE = r"(?:\s+(?:message|prompt|note|override|notice|instruction|update))?"

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _START + r"(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]{0,60}\b" + _RULES + r"\b",
        _START + r"(?:ignore|disregard|forget)\b[^.!?\n]{0,30}\b(?:previous|prior|above|everything you)\b",
        _START + _VERBS + r"\b[^.!?\n]{0,60}\b" + _FIVE + r"\b",
        _START + _VERBS + r"\b[^.!?\n]{0,40}\b" + _ANSWER + r"\b[^.!?\n]{0,60}\b(?:" + _MARKS + r"|[45])\b",
        _START + _VERBS + r"\b[^.!?\n]{0,40}\b" + _MARKS + r"\b[^.!?\n]{0,60}\b" + _ANSWER + r"\b",
        r"\b(?:mark|treat|grade|rate|count|classify|assess|evaluate)\s+(?:it|this|(?:the|my) answer|the candidate)\s"
        r"(?:\w+\s+){0,2}as\s+(?:\w+\s+)?" + _PRAISE + r"\b",
        r"^\W*" + _ROLES + _MESSAGE + r"\s*[\]>|]*\s*:\s*\S",
        r"\bnote to (?:the |whoever |my )?(?:" + _GRADER + r"|grades|grading|system)",
        r"<\|?/?\s*(?:system|assistant|im_start|im_end|inst)\b|\[/?(?:system|inst|admin)\b|^#{2,}\s*(?:system|instruction)",
        r"\b(?:communication|technical|structure)\b\W{0,2}[:=>]\W{0,3}[1-5]\b",
        r"\bcommunication\W{1,3}[1-5]\b.{0,20}\btechnical\b|\btechnical\W{1,3}[1-5]\b.{0,20}\bstructure\b",
        r"\b(?:levels?|score|rating|grade)\b[\"']?\s*[:=>]\s*[\"'\[{]?\s*5\b",
        r"\b(?:score|level|rating|grade|mark|verdict)s?\s*" + _FIVE_OF_FIVE,
        _REPLY
        + r"\b[^.!?\n]{0,40}\b(?:deserves?|merits?|should|must|has to|is worth|gets)\b[^.!?\n]{0,30}\b"
        + _FIVE
        + r"\b",
        _REPLY + r"\b[^.!?\n]{0,40}\b(?:has to|must|should) (?:get|have|receive) (?:the )?(?:full|top|maximum)\b",
        _CANDIDATE
        + r"\b[^.!?\n]{0,40}\b(?:deserves?|merits?|(?:should|must) (?:receive|get|be (?:given|rated|graded)))\b",
        r"\bthe " + _CANDIDATE + r" (?:has |have )?(?:answered|responded|demonstrate[sd]?|shown|performed|covered)\b",
        r"\byou are (?:now )?(?:an?|the|in)\b[^.!?\n]{0,30}\b(?:" + _GRADER + r"|developer mode)",
        r"\b(?:as|you'?re|dear) (?:an?|the|my)?\s?" + _GRADER,
        _EVERY + r"\b[^.!?\n]{0,30}\b(?:5|five|highest|maximum|top|full)\b",
        r"\b(?:level|score|grade) (?:5|five)\b[^.!?\n]{0,30}\b(?:all|every|each|everything|communication|technical)\b",
        r"\b(?:end|start) of (?:the )?(?:rubric|instructions?|prompt|grading)\b",
        r"\b(?:new|updated) (?:rubric|instructions?|prompt)\s*:",
        r"\b(?:grading|scoring) (?:rules|criteria|instructions?)\b",
        r"\b(?:final|recommended|suggested|overall|required|correct)\s+" + _MARKS + r"\b\W{0,3}(?:\w+\W{1,3})?[1-5]\b",
        r"\boverrid(?:es?|ing)\b[^.!?\n]{0,40}\b(?:rubric|instructions?|prompt|criteria|rules you)\b",
    )
)
_ABOUT_GRADING = frozenset(
    stem(word)
    for word in row("""
    assess assessment assessor score level rubric grade grader grading criterion criteria candidate answer feedback
    instruction override evaluate evaluation rating rate evidence sufficient confirm approve approved lines mention
    output prompt maximum marks text strengths improvements reply praise points acknowledge
    """)
)


def is_order(sentence: str) -> bool:
    """Whether a sentence tells the grader what to do instead of saying something about the question."""
    head = sentence[:_LONGEST]
    return any(pattern.search(head) for pattern in _PATTERNS)


def is_about_grading(said: Iterable[str]) -> bool:
    """Whether the stems of a sentence speak of grading; next to an order such a sentence is part of it."""
    return not _ABOUT_GRADING.isdisjoint(said)
