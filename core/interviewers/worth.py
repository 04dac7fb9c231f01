"""What a sentence is worth: whether it tells something particular, or is echo, list, order or padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.interviewers.lexicon import EVERYDAY, FUNCTION, LIGHT, PERSONS, REFLECTING, RETELLING, TALKING, VAGUE
from core.interviewers.listing import is_list
from core.interviewers.orders import is_order, speaks_to_grader
from core.interviewers.sentence import Holds, Sentence
from core.interviewers.unknowing import has_no_answer, is_gibberish

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.interviewers.cues import QuestionWords
    from core.interviewers.vocabulary import Vocabulary

_MOST_BESIDE = 4
_SHORT = 8
_LONG = 12
_THIN = 0.125
_ECHOED = 0.6
_VAGUE_SHARE = 0.65
_TWO_THINGS = 2
_THREE_THINGS = 3
_MANY_THINGS = 6
_PAST = frozenset({"was", "were", "had"})
_PERFECT = frozenset({"have", "has"})
_MAXIMS = frozenset({"should", "must", "can"})
_CONDITIONS = frozenset({"if", "when", "whenever"})


def worth(said: Sentence, question: QuestionWords, vocabulary: Vocabulary) -> Holds:
    """What a sentence holds; the first of these that is so."""
    tests: tuple[tuple[Holds, Callable[[], bool]], ...] = (
        (Holds.ORDER, lambda: _is_order(said)),
        (Holds.GIBBERISH, lambda: is_gibberish(said.words, (_is_known(one, vocabulary) for one in said.stems))),
        (Holds.NO_ANSWER, lambda: has_no_answer(said.words) and _is_personal(said)),
        (Holds.LIST, lambda: is_list(said.text)),
        (Holds.ECHO, lambda: _is_echo(said, question)),
        (Holds.NOTHING, lambda: _is_padding(said, question)),
        (Holds.SUBSTANCE, lambda: _has_substance(said)),
    )
    return next((holds for holds, is_so in tests if is_so()), Holds.PLAIN)


def _is_order(said: Sentence) -> bool:
    """Whether a sentence is for whoever grades; what somebody did, counted or wrote is not."""
    return is_order(said.text) or (not said.actions.own and speaks_to_grader(said.words, said.stems))


def _is_known(one: str, vocabulary: Vocabulary) -> bool:
    return one in FUNCTION or one in EVERYDAY or one in vocabulary.known


def _is_personal(said: Sentence) -> bool:
    """Whether “no idea” is said of oneself and hardly anything besides."""
    about_oneself = "i" in said.words or len(said.words) <= _SHORT
    conditional = said.words[0] in _CONDITIONS
    if said.dealing and said.actions.own - TALKING and not PERSONS.isdisjoint(said.words):
        return False
    return about_oneself and not conditional and not said.figures and len(said.telling) <= _MOST_BESIDE


def _is_echo(said: Sentence, question: QuestionWords) -> bool:
    """Whether the words of a sentence that mean anything are the question's own."""
    content = set(said.left) - FUNCTION - RETELLING
    shared = content & question.asked
    mostly = len(shared) > 1 and len(shared) / len(content) >= _ECHOED
    told = said.dealing and not PERSONS.isdisjoint(said.words) and said.actions.own - question.asked - RETELLING
    return mostly and len(said.telling - RETELLING) <= 1 and not said.figures and not told


def _is_padding(said: Sentence, question: QuestionWords) -> bool:
    """Whether hardly anything is left of a sentence without its filler, its phrases and its vague words."""
    short = len(said.words) <= _SHORT
    if _is_reflection(said):
        return True
    if said.dealing:
        return False
    if not said.telling:
        return not (short and said.outcome and said.actions.any)
    if _is_creed(said):
        return True
    if short or said.figures or said.deed or _is_memory(said) or len(said.telling & question.near) >= _TWO_THINGS:
        return False
    return _is_thin(said) or _is_talk(said) or _is_vague(said)


def _is_reflection(said: Sentence) -> bool:
    """Whether a longer sentence is about the talk itself and its listener, and tells of nobody and nothing else."""
    particular = said.figures or said.deed or said.actions.own - REFLECTING
    if len(said.words) < _LONG or particular or not PERSONS.isdisjoint(said.words):
        return False
    reflecting = sum(one in REFLECTING for one in said.stems)
    return reflecting >= _TWO_THINGS and len(said.telling - REFLECTING) <= 1


def _is_creed(said: Sentence) -> bool:
    """Whether a sentence is a belief or a liking and tells of nothing that was done."""
    return said.belief and not said.figures and not said.deed and len(said.telling) < _MOST_BESIDE


def _is_thin(said: Sentence) -> bool:
    weighty = set(said.left) - FUNCTION - VAGUE - TALKING
    return len(said.words) >= _LONG and len(weighty) / len(said.words) < _THIN


def _is_talk(said: Sentence) -> bool:
    """Whether a sentence is talk about talking: “that is what I can tell about it”."""
    return bool(said.actions.any) and said.actions.any <= TALKING and len(said.telling - TALKING) <= 1


def _is_vague(said: Sentence) -> bool:
    content = [one for one in said.stems if one not in FUNCTION]
    weighty = [one for one in said.left if one not in FUNCTION and one not in VAGUE]
    particular = said.actions.own | said.actions.other and len(said.telling) >= _TWO_THINGS
    return 1 - len(weighty) / len(content) >= _VAGUE_SHARE and not particular


def _is_memory(said: Sentence) -> bool:
    """Whether a sentence tells of something that once was so."""
    return _is_past(said) and len(said.telling - TALKING) >= _TWO_THINGS


def _is_past(said: Sentence) -> bool:
    return any(
        word in _PAST and _PERFECT.isdisjoint(said.words[max(0, place - 2) : place])
        for place, word in enumerate(said.words)
    )


def _has_substance(said: Sentence) -> bool:
    """Whether a sentence tells something particular: something was done, counted, checked or caused, and to what."""
    told = len(said.telling)
    if said.figures or said.deed:
        return told > 0
    if (said.actions.own | said.actions.team) - LIGHT:
        return told >= _TWO_THINGS
    if said.dealing:
        return told > 0
    if not _MAXIMS.isdisjoint(said.words) and not said.actions.own | said.actions.team:
        return told >= _MANY_THINGS
    reasoned = said.causes or said.checks or said.sequence
    return told >= (_THREE_THINGS if reasoned or said.actions.other or _is_past(said) else _MANY_THINGS)
