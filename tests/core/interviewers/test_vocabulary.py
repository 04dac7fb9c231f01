"""The words of a role are made ready where that keeps nobody waiting."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from core.interviewers.cues import QuestionWords, question_words
from core.interviewers.model import ModelInterviewer
from core.interviewers.rules import RulesInterviewer
from core.interviewers.synonyms import Synonyms
from core.model import Turn
from core.ports import Interviewer, LanguageModelError
from core.roles import Question, Role
from tests.core.interviewers.conftest import SAMPLE
from tests.core.models import ScriptedModel
from tests.core.replies import queue_of

ASKED: list[Callable[[Interviewer, Role, Turn], Awaitable[object]]] = [
    lambda who, role, turn: who.consider(role, turn),
    lambda who, role, turn: who.assess(role, turn),
    lambda who, role, turn: who.strengthen(role, turn),
]


@pytest.fixture
def makers(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """The threads in which the words of questions were made ready."""
    found: list[threading.Thread] = []

    def noted(question: Question, known: Synonyms) -> QuestionWords:
        found.append(threading.current_thread())
        time.sleep(0.01)  # so that all who ask at once find it being made
        return question_words(question, known)

    monkeypatch.setattr("core.interviewers.vocabulary.question_words", noted)
    return found


@pytest.mark.parametrize("ask", ASKED, ids=["consider", "assess", "strengthen"])
@pytest.mark.parametrize("with_model", [False, True])
async def test_a_role_that_is_new_is_made_ready_in_a_thread_and_once(
    role: Role,
    turn: Callable[..., Turn],
    makers: list[threading.Thread],
    ask: Callable[[Interviewer, Role, Turn], Awaitable[object]],
    *,
    with_model: bool,
) -> None:
    new = replace(role, summary=f"{role.summary} {uuid4()}")
    who = (
        ModelInterviewer(queue_of(ScriptedModel([LanguageModelError("no")] * 99))) if with_model else RulesInterviewer()
    )
    for _ in range(2):
        await asyncio.gather(*(ask(who, new, turn(SAMPLE)) for _ in range(6)), return_exceptions=True)
    assert len(makers) == len(role.questions)
    assert threading.main_thread() not in makers
