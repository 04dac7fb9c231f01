"""A small role of its own, in a trade that no role file is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from core.assessment import GENERIC_ANCHORS
from core.model import Turn, Utterance, UtteranceKind
from core.roles import Criterion, CriterionRule, Point, Question, QuestionKind, Role, Seniority

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WEIGHTS = {Criterion.COMMUNICATION: 30, Criterion.TECHNICAL: 50, Criterion.STRUCTURE: 20}
SAMPLE = """Last spring I looked after a row of forty apple trees which had scab. I cut off the sick branches, took two
leaves to the plant doctor, and sprayed sulphur every ten days. I checked the leaves each Monday and wrote the number of
spots into a list. By July the spots had gone down from sixty to four a tree, and we picked three tonnes of
apples. Since then I rake up the fallen leaves every autumn.""".replace("\n", " ")


@pytest.fixture(scope="session")
def disease() -> Question:
    points = (
        Point(
            "finding",
            "how you found out what was wrong with the plants",
            3,
            ("looked at leaves", "spots", "under magnifying glass", "plant doctor", "soil sample", "fungus", "aphid"),
            ("How did you find out what it was?", "What did you look at?"),
        ),
        Point(
            "treatment",
            "what you did against it",
            3,
            ("spray", "cut off", "sulphur", "prune", "removed branches", "ladybird", "not poison"),
            ("What did you do against it?",),
        ),
        Point(
            "prevention",
            "what you do so that it does not come back",
            1,
            ("rake leaves", "since then", "every autumn", "resistant variety", "crop rotation"),
            ("What do you do today so that it stays away?",),
        ),
    )
    return Question(
        "disease",
        "Sick plants",
        Seniority.MID,
        QuestionKind.BEHAVIOURAL,
        "Tell me about a time when plants in your care were sick. What did you do about the disease?",
        "Think of one bed or one tree.",
        SAMPLE,
        points,
    )


@pytest.fixture(scope="session")
def lawn() -> Question:
    points = (
        Point(
            "soil",
            "how you prepare the soil",
            3,
            ("dig over", "rake even", "remove stones", "sand", "compost", "roller"),
            ("What do you do to the soil first?",),
        ),
        Point(
            "care",
            "how you look after the lawn in its first weeks",
            2,
            ("water daily", "sprinkler", "first mowing", "keep off", "fertilise"),
            ("How do you look after it in the first weeks?",),
        ),
    )
    return Question(
        "lawn",
        "A new lawn",
        Seniority.JUNIOR,
        QuestionKind.TECHNICAL,
        "Walk me through laying a new lawn.",
        "Begin with the ground.",
        "First I dig over the soil and remove stones, then I rake it even, sow grass and water daily for three weeks.",
        points,
    )


@pytest.fixture(scope="session")
def role(disease: Question, lawn: Question) -> Role:
    return Role(
        "gardener",
        "Gardener",
        "Looks after gardens, trees and lawns.",
        tuple(
            CriterionRule(criterion, criterion.value, weight, GENERIC_ANCHORS[criterion])
            for criterion, weight in WEIGHTS.items()
        ),
        (disease, lawn),
        (("spray", "treat with"), ("garden", "park", "green space"), ("plant", "shrub", "bush"), ("cut off", "prune")),
    )


@pytest.fixture(scope="session")
def turn(disease: Question) -> Callable[..., Turn]:
    def build(*answers: str, follow_ups: tuple[tuple[str, str], ...] = ()) -> Turn:
        said = [Utterance(UtteranceKind.QUESTION, disease.text, NOON)]
        for number, answer in enumerate(answers):
            said.append(Utterance(UtteranceKind.ANSWER, answer, NOON, str(number)))
            said.extend(
                Utterance(UtteranceKind.FOLLOW_UP, text, NOON, point=point)
                for text, point in follow_ups[number : number + 1]
            )
        return Turn(disease, utterances=tuple(said))

    return build
