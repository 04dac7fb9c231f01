"""What can be done with effects as they are."""

from __future__ import annotations

from dataclasses import replace

from core.effects import AssessAnswer, Send, reworded
from core.messages import Outbound
from tests.contracts.sample import CONVERSATION
from tests.contracts.steps import notice


def test_other_words_go_to_the_same_place() -> None:
    def other(_: Outbound) -> Outbound:
        return notice("Other words.").message

    effects = (notice("One."), AssessAnswer(0), replace(notice("Two."), to=CONVERSATION))
    said = notice("Other words.")
    assert reworded(effects, other) == (said, AssessAnswer(0), Send(said.message, to=CONVERSATION))
