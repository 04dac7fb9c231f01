"""The graded answers with a model that gives the reference levels, give or take one, and quotes what was said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from statistics import fmean, median
from typing import Any

import pytest

from bot.agreement import agreement
from core.interviewers.grading import Graded, Grader
from core.model import Levels, Turn, Utterance, UtteranceKind
from core.prompts import Prompt
from core.prompts.assess import assess_prompt
from core.roles import Criterion, Role
from core.text import excerpt, sentences
from tests.core.models import ScriptedModel
from tests.core.replies import criterion_of, grading, queue_of
from tests.golden.test_grading import GOLDEN, REASONS

pytestmark = pytest.mark.unmeasured
Script = Callable[[dict[str, Any]], Callable[[Prompt], str]]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOISE = (-1, 0, 0, 0, 1)
"""Two of five levels are off by one."""
PASSES = 3


@dataclass(frozen=True)
class Result:
    """What became of one graded answer."""

    entry: dict[str, Any]
    graded: Graded
    calls: int


@pytest.fixture(scope="module")
def results(roles: dict[str, Role]) -> list[Result]:
    return asyncio.run(_grade(roles, noisy, GOLDEN))


def noisy(entry: dict[str, Any]) -> Callable[[Prompt], str]:
    """The reference level and some noise, which the order of the samples, and so the pass, makes another."""

    def reply(prompt: Prompt) -> str:
        chance = Random(f"{prompt.system}{entry['answer']}")
        level = entry["levels"][criterion_of(prompt).value] + chance.choice(NOISE)
        return grading(min(5, max(1, level)), *_quoted(entry, chance))

    return reply


def _quoted(entry: dict[str, Any], chance: Random) -> tuple[list[str], list[tuple[str, str]]]:
    quote = excerpt(max(sentences(entry["answer"]), key=len), 90)
    return [quote], [(f"{chance.random()}", quote), *((point, quote) for point in entry["points"][:1])]


async def _grade(roles: dict[str, Role], script: Script, entries: list[dict[str, Any]]) -> list[Result]:
    results = []
    for entry in entries:
        role = roles[entry["role"]]
        question = role.question(entry["question"])
        assert question is not None
        model = ScriptedModel(script({**entry, "points": [point.id for point in question.points]}))
        turn = Turn(question, utterances=(Utterance(UtteranceKind.ANSWER, entry["answer"], NOON, "1"),))
        graded = await Grader(queue_of(model), PASSES).grade(role, turn)
        results.append(Result(entry, graded, len(model.prompts)))
    return results


def by_question(results: list[Result]) -> dict[tuple[str, str], dict[str, float]]:
    found: dict[tuple[str, str], dict[str, float]] = {}
    for one in results:
        key = one.entry["role"], one.entry["question"]
        found.setdefault(key, {})[one.entry["kind"]] = one.graded.assessment.total
    return found


def test_strong_is_above_middling_and_middling_above_weak(results: list[Result]) -> None:
    ranked = [one["strong"] > one["middling"] > one["weak"] for one in by_question(results).values()]
    assert fmean(ranked) >= 0.9


@pytest.mark.parametrize("criterion", Criterion)
def test_three_passes_agree_better_than_one(results: list[Result], criterion: Criterion) -> None:
    weighed = [one for one in results if one.calls]
    single = [(one.entry["levels"][criterion.value], _first(one, criterion)) for one in weighed]
    median = [(one.entry["levels"][criterion.value], one.graded.assessment.levels.of(criterion)) for one in weighed]
    assert kappa(median) > kappa(single)
    assert kappa(median) >= 0.9


def kappa(pairs: list[tuple[int, int]]) -> float:
    found = agreement(pairs)
    assert found is not None
    assert found.kappa is not None
    return found.kappa


def _first(one: Result, criterion: Criterion) -> int:
    return next(made.levels[0] for made in one.graded.assessment.passes if made.criterion is criterion)


def test_what_is_no_answer_gets_the_lowest_level_and_no_call(results: list[Result]) -> None:
    for one in results:
        if one.entry["kind"] in REASONS:
            assessment = one.graded.assessment
            assert (assessment.reason, assessment.levels) == (REASONS[one.entry["kind"]], Levels(1, 1, 1))
            assert (one.calls, one.graded.replies) == (0, 0)


def test_nearly_every_real_answer_is_weighed(results: list[Result]) -> None:
    real = [one for one in results if one.entry["kind"] not in REASONS]
    assert fmean(one.calls > 0 for one in real) >= 0.95


def test_every_quote_was_said(results: list[Result]) -> None:
    for one in results:
        assert one.graded.quotes == one.graded.real_quotes
        assert all(item.quote in one.entry["answer"] for item in one.graded.assessment.evidence)


def test_padding_raises_nothing(roles: dict[str, Role]) -> None:
    padded = [entry for entry in GOLDEN if entry["kind"] == "padded"]
    assert padded
    raised = asyncio.run(_grade(roles, as_the_original, padded))
    before = asyncio.run(_grade(roles, as_the_original, [_original(entry) for entry in padded]))
    for one, original in zip(raised, before, strict=True):
        assert one.graded.assessment.total <= original.graded.assessment.total


def as_the_original(entry: dict[str, Any]) -> Callable[[Prompt], str]:
    """The levels of the answer that was padded, so that nothing but the code could tell the two apart."""
    levels = _original(entry)["levels"]
    return lambda prompt: grading(levels[criterion_of(prompt).value], *_quoted(entry, Random(1)))


def _original(entry: dict[str, Any]) -> dict[str, Any]:
    same = (entry["role"], entry["question"], entry.get("of", entry["kind"]))
    return next(one for one in GOLDEN if (one["role"], one["question"], one["kind"]) == same)


async def test_a_flatterer_with_invented_quotes_ends_at_level_two(roles: dict[str, Role]) -> None:
    invented = "I single-handedly rebuilt the whole platform and doubled its revenue"
    strong = [entry for entry in GOLDEN if entry["kind"] == "strong"]
    for one in await _grade(roles, lambda entry: lambda _: flattery(entry, invented), strong):
        assessment = one.graded.assessment
        assert max(assessment.levels.of(criterion) for criterion in Criterion) <= 2
        assert (assessment.evidence, assessment.strengths, one.graded.real_quotes) == ((), (), 0)


def flattery(entry: dict[str, Any], quote: str) -> str:
    return grading(5, [quote], [(point, quote) for point in entry["points"]], strength="Simply brilliant.")


def test_the_three_replies_about_a_strong_answer_are_short(roles: dict[str, Role]) -> None:
    """At 20 tokens a second the report is in time; English has 3.5 characters a token or more."""
    sums = []
    for entry in (one for one in GOLDEN if one["kind"] == "strong"):
        role = roles[entry["role"]]
        turn = Turn(next(one for one in role.questions if one.id == entry["question"]))
        prompts = [assess_prompt(role, turn, criterion, 0, 8192).prompt for criterion in Criterion]
        sums.append(sum(len(_typical(entry, prompt)) / 3.5 for prompt in prompts))
    assert median(sums) <= 220
    assert max(sums) <= 260


def _typical(entry: dict[str, Any], prompt: Prompt) -> str:
    """A reply by the prompt's schema that keeps to the lengths it asks for, with most points made."""
    level = entry["levels"][criterion_of(prompt).value]
    technical = criterion_of(prompt) is Criterion.TECHNICAL
    said = [" ".join(one.split()[:8]) for one in sentences(entry["answer"])]
    fields = prompt.schema["properties"]
    covered = dict(zip(list(fields.get("covered", {}).get("properties", ()))[:4], said, strict=False))
    improving = level < (5 if technical else 4)
    values: dict[str, Any] = {
        "evidence": said[:1],
        "covered": {**dict.fromkeys(fields.get("covered", {}).get("properties", ()), ""), **covered},
        "strength": "You name the cause and what you measured." if level >= (3 if technical else 4) else "",
        "improvement_quote": said[-1] if improving else "",
        "improvement": "It does not say how you checked it." if improving else "",
        "advice": "Say in one sentence what you counted before and after." if improving else "",
        "level": level,
    }
    return json.dumps({name: values[name] for name in fields}, ensure_ascii=False)
