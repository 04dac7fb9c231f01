"""The prompts as text files, so that a change of their words is seen in a diff.

After a change that is meant, write them anew with UPDATE_PROMPTS=1 pytest tests/core/prompts/test_golden.py, and read
the diff.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.prompts import Fitted
from core.prompts.assess import assess_prompt
from core.prompts.consider import consider_prompt
from core.prompts.strengthen import strengthen_prompt
from core.roles import Criterion
from tests.core.prompts.sample import OBJECTION, QUESTION, ROLE, ROOM, THREAD, turn

FOLDER = Path(__file__).parent
LONG = turn(*THREAD[:4], *((kind, " ".join([text] * 9)) for kind, text in THREAD[4:]))
GOLDEN = {
    "consider": consider_prompt(ROLE, turn(), ROOM),
    "consider_shortened": consider_prompt(ROLE, LONG, 1700),
    "assess_communication": assess_prompt(ROLE, turn(), Criterion.COMMUNICATION, 0, ROOM),
    "assess_technical": assess_prompt(ROLE, turn(), Criterion.TECHNICAL, 1, ROOM),
    "assess_structure": assess_prompt(ROLE, turn(), Criterion.STRUCTURE, 2, ROOM),
    "assess_objection": assess_prompt(ROLE, turn(*THREAD, *OBJECTION), Criterion.TECHNICAL, 0, ROOM),
    "strengthen": strengthen_prompt(ROLE, turn(), QUESTION.points[1:], ROOM),
}


def rendered(fitted: Fitted) -> str:
    prompt = fitted.prompt
    head = f"task {prompt.task}, temperature {prompt.temperature}, at most {prompt.max_tokens} tokens"
    user = json.dumps(json.loads(prompt.user), ensure_ascii=False, indent=1)
    parts = (
        head + (", shortened" if fitted.shortened else ""),
        f"--- system\n{prompt.system}",
        f"--- user\n{user}",
        f"--- schema\n{json.dumps(prompt.schema, indent=1)}",
    )
    return "\n\n".join(parts) + "\n"


@pytest.mark.parametrize("name", GOLDEN)
def test_a_prompt_reads_as_it_was_last_reviewed(name: str) -> None:
    path = FOLDER / f"{name}.txt"
    text = rendered(GOLDEN[name])
    if os.environ.get("UPDATE_PROMPTS") == "1":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_every_file_belongs_to_a_prompt() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(GOLDEN)
