"""What every interviewer keeps to when it assesses: anchors, the arithmetic of the total, and checked evidence."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from rapidfuzz import fuzz

from core.model import Assessment, Evidence, Finding, Levels
from core.recent import kept
from core.roles import Criterion

if TYPE_CHECKING:
    from core.roles import Role

Quoted = TypeVar("Quoted", Evidence, Finding)
_Flat = tuple[str, list[int]]

GENERIC_ANCHORS: dict[Criterion, tuple[str, str, str, str, str]] = {
    Criterion.COMMUNICATION: (
        "Says nothing that a listener could repeat: a few loose words, the question again, or phrases without content.",
        "Names the subject in general phrases; the listener has to guess who did what.",
        "Can be followed in plain words, but has gaps, filler or “we” where the own part is asked for.",
        "Short, plain sentences that keep to the question; it is clear who did what and why.",
        "Keeps to the question throughout, gives detail and figures where they decide something, and wastes no words.",
    ),
    Criterion.TECHNICAL: (
        "Names nothing that one would have to know or do in this job.",
        "Names one or two obvious things without saying how they are done or why.",
        "Describes a workable way with an example, but leaves out reasons, checks or what can go wrong.",
        "Covers what matters in this question with reasons, and says how the effect was seen.",
        "Covers it fully with reasons, checks and figures, and says what was learned or what else was possible.",
    ),
    Criterion.STRUCTURE: (
        "No situation, no action and no result can be made out.",
        "One of situation, action and result is there; the rest is missing or mixed up.",
        "Situation and action can be told apart; the result or the own part is thin.",
        "Situation, own action and result follow each other, so that one need not ask who, what or when.",
        "Situation, own action and a checked result in an order that is easy to retell, with the reason for each step.",
    ),
}
UNSUPPORTED = 2
_SHORTEST_FUZZY = 12
_ALIKE = 92.0
_PIECE = re.compile(r"(?P<word>[^\W_]+)|(?P<apart>[\W_]+)")
_APOSTROPHES = "'’"


def total(levels: Levels, role: Role) -> float:
    """The mean of the levels by the role's weights, 1.0 to 5.0, rounded to two decimals."""
    weights = sum(rule.weight for rule in role.criteria)
    return round(sum(levels.of(rule.criterion) * rule.weight for rule in role.criteria) / weights, 2)


def find_quote(quote: str, answer: str) -> str | None:
    """The exact text of the answer that a quote stands for, or None when the answer holds nothing like it.

    Case, punctuation, quotation marks and blanks do not count, and a slip of a letter in a longer quote is allowed.
    """
    return _found(quote, answer, _flat(answer))


def verified(assessment: Assessment, answer: str) -> Assessment:
    """The assessment with its quotes made exact and those that are not in the answer dropped.

    A criterion with no quote left goes down to level 2 at most. The total is left to `total`.
    """
    flat = _flat(answer)
    evidence = tuple(_exact(item, answer, flat) for item in assessment.evidence)
    kept = tuple(item for item in evidence if item is not None)
    strengths = tuple(_exact(item, answer, flat) for item in assessment.strengths)
    improvements = tuple(_exact(item, answer, flat) for item in assessment.improvements)
    return replace(
        assessment,
        levels=_supported(assessment.levels, {item.criterion for item in kept}),
        evidence=kept,
        strengths=tuple(item for item in strengths if item is not None),
        improvements=tuple(item for item in improvements if item is not None),
    )


def lowest(reason: str, missed: tuple[str, ...] = (), improvements: tuple[Finding, ...] = ()) -> Assessment:
    """Level 1 on every criterion for an answer that is not weighed; `reason` is the word for why.

    It names no assessor, as nobody weighed anything.
    """
    return Assessment(Levels(1, 1, 1), 1.0, missed=missed, improvements=improvements, reason=reason, assessor="")


def _supported(levels: Levels, criteria: set[Criterion]) -> Levels:
    most = {criterion: 5 if criterion in criteria else UNSUPPORTED for criterion in Criterion}
    return Levels(
        min(levels.communication, most[Criterion.COMMUNICATION]),
        min(levels.technical, most[Criterion.TECHNICAL]),
        min(levels.structure, most[Criterion.STRUCTURE]),
    )


def _exact(item: Quoted, answer: str, flat: _Flat) -> Quoted | None:
    quote = _found(item.quote, answer, flat)
    return None if quote is None else replace(item, quote=quote)


def _found(quote: str, answer: str, flat: _Flat) -> str | None:
    """What a quote stands for in an answer that was made flat already."""
    wanted, _ = _flat(quote)
    said, places = flat
    if not wanted:
        return None
    start = f" {said} ".find(f" {wanted} ")
    if start >= 0:
        return answer[places[start] : places[start + len(wanted) - 1] + 1]
    return _nearly(wanted, said, places, answer)


@kept(64)  # all quotes of a grading are looked for in one answer
def _flat(text: str) -> _Flat:
    """The text in lower case with one blank for all that is not a word, and where each character came from."""
    pieces: list[str] = []
    places: list[int] = []
    for match in _PIECE.finditer(text):
        start, piece = match.start(), match.group()
        if match.lastgroup == "word":
            pieces.append(_lower(piece))
            places.extend(range(start, match.end()))
        elif pieces and (apart := piece.lstrip(_APOSTROPHES)):
            pieces.append(" ")
            places.append(start + len(piece) - len(apart))
    return "".join(pieces).rstrip(), places


def _lower(word: str) -> str:
    """A word in lower case, letter by letter, so that each keeps its place."""
    return word.lower() if word.isascii() else "".join(letter.lower()[:1] for letter in word)


def _nearly(wanted: str, said: str, places: list[int], answer: str) -> str | None:
    if len(wanted) < _SHORTEST_FUZZY or len(wanted) > len(said):
        return None
    found = fuzz.partial_ratio_alignment(wanted, said, score_cutoff=_ALIKE)
    if found is None:
        return None
    start = said.rfind(" ", 0, found.dest_start + 1) + 1
    end = said.find(" ", found.dest_end - 1)
    return answer[places[start] : places[(len(said) if end < 0 else end) - 1] + 1]
