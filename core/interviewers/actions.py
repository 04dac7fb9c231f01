"""Finds who did what in a sentence: own actions, the team's, instructions without a subject, and other events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.inflections import IRREGULAR_PAST
from core.interviewers.lexicon import ACTION_WORDS, ACTIONS, FUNCTION, HELPING, STATIVE, VAGUE
from core.text import stem

if TYPE_CHECKING:
    from collections.abc import Sequence

_SUBJECTS = {"i": "own", "we": "team", "you": "team"} | dict.fromkeys(
    (
        "one",
        "he",
        "she",
        "it",
        "they",
        "who",
        "that",
        "which",
        "somebody",
        "someone",
        "nobody",
        "everybody",
        "everyone",
    ),
    "other",
)
_LINKS = frozenset({"and", "then", "or", "first", "next", "also", "finally", "so", "but", "after", "before", "please"})
_NOT_PAST = frozenset(
    [
        "need",
        "indeed",
        "speed",
        "feed",
        "seed",
        "bed",
        "red",
        "used",
        "exceed",
        "proceed",
        "succeed",
        "hundred",
        "interested",
        "tired",
        "excited",
        "motivated",
        "dedicated",
        "committed",
        "experienced",
        "skilled",
        "organized",
        "organised",
        "structured",
        "based",
        "supposed",
        "required",
        "related",
        "involved",
        "limited",
        "advanced",
        "focused",
        "detailed",
        "qualified",
        "determined",
        "convinced",
        "satisfied",
        "pleased",
        "concerned",
    ]
)
_EMPTY_PAST = frozenset(
    [
        "was",
        "were",
        "been",
        "had",
        "did",
        "said",
        "made",
        "got",
        "let",
        "put",
        "cut",
        "could",
        "would",
        "should",
        "became",
        "felt",
        "thought",
        "knew",
        "meant",
    ]
)
_HABIT = frozenset({"always", "often", "usually", "normally", "mostly", "generally"})
_REACH = 4


@dataclass(frozen=True, slots=True)
class Actions:
    """The stems of what the candidate, the team and others did; `past` when the candidate or team did it once."""

    own: frozenset[str] = frozenset()
    team: frozenset[str] = frozenset()
    other: frozenset[str] = frozenset()
    past: bool = False

    @property
    def any(self) -> frozenset[str]:
        """All verbs of the sentence together."""
        return self.own | self.team | self.other


def actions(said: Sequence[str], clauses: Sequence[int]) -> Actions:
    """The actions in a sentence of which `said` are the words and `clauses` the number of the clause of each word."""
    found: dict[str, set[str]] = {"own": set(), "team": set(), "other": set()}
    subject, past = "", False
    for place, word in enumerate(said):
        starts = place == 0 or clauses[place] != clauses[place - 1] or said[place - 1] in _LINKS
        if word in _SUBJECTS and (word != "one" or starts) and said[place - 1 : place] != ("than",):
            subject = _SUBJECTS[word]
            verb = _verb_after(said, place) if subject != "other" else ""
            found[subject] |= {stem(verb)} - {""}
            past = past or _was_done(verb, said[place + 1 : place + 1 + _REACH])
        elif starts and _is_action(word, said, place):
            found[subject or "team"].add(stem(word))
        elif _is_past(word):
            found[subject or "other"].add(stem(word))
    own, team, other = (frozenset(found[one]) for one in ("own", "team", "other"))
    return Actions(own, team, other, past)


def _was_done(verb: str, following: Sequence[str]) -> bool:
    """Whether a verb after its subject tells of something done once, not of what is “always” done."""
    if not _HABIT.isdisjoint(following):
        return False
    return _is_past(verb) or (verb.endswith("ing") and following[0] in {"was", "were"})


def _verb_after(said: Sequence[str], place: int) -> str:
    """The verb that follows a subject, "" when it is one of being, thinking, feeling or of empty talk."""
    being = False
    for word in said[place + 1 : place + 1 + _REACH]:
        one = stem(word)
        if one in HELPING or word.endswith("ly"):
            being = (being or one == "be") and word != "to"
            continue
        if being and not word.endswith("ing") and (_is_past(word) or one not in ACTIONS):
            return ""
        if one in STATIVE or one in _SUBJECTS:
            return ""
        if one in VAGUE and one not in ACTIONS and not _is_past(word):
            return ""
        return "" if one in FUNCTION and word not in IRREGULAR_PAST else word
    return ""


def _is_action(word: str, said: Sequence[str], place: int) -> bool:
    if _is_past(word):
        return True
    return word in ACTION_WORDS and place + 1 < len(said)


def _is_past(word: str) -> bool:
    if word in _NOT_PAST or word in _EMPTY_PAST:
        return False
    return (len(word) > _REACH and word.endswith("ed")) or (word in IRREGULAR_PAST and stem(word) not in STATIVE)
