"""The report page: in which order it speaks, and that it says no more than is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.messages import BlockStyle, Outbound
from core.model import CriterionResult, Mode, Outcome, QuestionResult, Report, ReportFinding
from core.roles import Criterion, Seniority
from core.speech import Delivery
from core.wording import pages
from core.wording.pieces import calm

LABELS = dict(zip(Criterion, ("Communication", "Knowledge", "Structure"), strict=True))
STRENGTH = ReportFinding(2, Criterion.STRUCTURE, "Ends with the result.", "it fell by half")
IMPROVEMENT = ReportFinding(1, Criterion.TECHNICAL, "Leaves out the check.", "we shipped it", "Say how you checked it.")


def criteria(*levels: float, spread: float | None = None) -> tuple[CriterionResult, ...]:
    pairs = zip(Criterion, levels, strict=True)
    return tuple(CriterionResult(one, LABELS[one], level, f"Anchor of {one}.", spread) for one, level in pairs)


def question(number: int = 1, total: float | None = 2.4, **more: Any) -> QuestionResult:
    made = QuestionResult(number, f"q{number}", f"Focus {number}", Outcome.ANSWERED, total, assessor="rules")
    return replace(made, **more)


def made(**more: Any) -> Report:
    whole = Report(
        role_title="Tester",
        mode=Mode.MOCK,
        seniority=Seniority.MID,
        total=2.6,
        planned=2,
        assessed=2,
        criteria=criteria(2.5, 2.0, 3.5),
        strengths=(STRENGTH,),
        improvements=(IMPROVEMENT,),
        questions=(question(covered=("the one",), missed=("the other",)), question(2, 2.8)),
        assessors=("rules",),
        self_rating=4,
    )
    return replace(whole, **more)


def texts(message: Outbound) -> list[str]:
    return [block.text for block in message.blocks]


def test_the_whole_page_in_its_order() -> None:
    assert texts(pages.report(made())) == [
        "Your report: Tester, mid level",
        "Structure came out highest; there is most to gain in Knowledge.",
        "2 of 2 questions assessed.",
        "Total: 2.6 of 5",
        "Communication: 2.5 of 5",
        "Level 3 in general: Anchor of communication.",
        "Knowledge: 2.0 of 5",
        "Level 2 in general: Anchor of technical.",
        "Structure: 3.5 of 5",
        "Level 4 in general: Anchor of structure.",
        "These are rough measures: one level up or down can be chance.",
        "You rated yourself “Well” (4 of 5); your answers came to 2.6, 1.4 lower than you thought.",
        "Strengths",
        "Question 2: Ends with the result.",
        "it fell by half",
        "To improve",
        "Question 1: Leaves out the check.",
        "we shipped it",
        "Say how you checked it.",
        "Question by question",
        "1. Focus 1: 2.4 of 5",
        "Heard: the one",
        "Not clearly heard: the other",
        "2. Focus 2: 2.8 of 5",
        (
            "Assessed by rules, without a language model: they check whether the points are there, the order, figures "
            "and your own part. They cannot tell whether what you say is true."
        ),
    ]


def test_the_whole_page_without_numbers() -> None:
    page = calm(pages.report(made()))
    assert texts(page) == [
        "Your report: Tester, mid level",
        "Structure came out highest; there is most to gain in Knowledge.",
        "2 of 2 questions assessed.",
        "Communication",
        "In general: Anchor of communication.",
        "Knowledge",
        "In general: Anchor of technical.",
        "Structure",
        "In general: Anchor of structure.",
        "Strengths",
        "Question 2: Ends with the result.",
        "it fell by half",
        "To improve",
        "Question 1: Leaves out the check.",
        "we shipped it",
        "Say how you checked it.",
        "Question by question",
        "1. Focus 1",
        "Heard: the one",
        "Not clearly heard: the other",
        "2. Focus 2",
        texts(page)[-1],
    ]
    assert page.report is None
    assert page.choices == pages.report(made()).choices
    assert all(block.style is not BlockStyle.SCORE and block.calm is None for block in page.blocks)


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ((3.0, 3.0, 3.0), "Communication, Knowledge and Structure came out close together."),
        ((3.0, 3.4, 3.0), "Communication, Knowledge and Structure came out close together."),
        ((3.0, 3.5, 3.0), "Knowledge came out highest; there is most to gain in Communication and Structure."),
        ((4.0, 4.0, 1.5), "Communication and Knowledge came out highest; there is most to gain in Structure."),
    ],
)
def test_the_summary_tells_criteria_apart_only_where_they_are(levels: tuple[float, ...], said: str) -> None:
    assert texts(pages.report(made(criteria=criteria(*levels))))[1] == said


@pytest.mark.parametrize(
    ("spread", "said"),
    [
        (None, "Anchor of structure."),
        (0.0, "Anchor of structure. Graded several times, with the same level each time."),
        (0.5, "Anchor of structure. Graded several times; the levels were 0.5 apart on average."),
    ],
)
def test_the_spread_is_said_where_there_were_several_passes(spread: float | None, said: str) -> None:
    page = pages.report(made(criteria=criteria(3, 3, 3, spread=spread)))
    assert f"Level 3 in general: {said}" in texts(page)
    assert "In general: Anchor of structure." in texts(calm(page))


@pytest.mark.parametrize(
    ("expected", "total", "said"),
    [
        (1, 3.0, "“Poorly” (1 of 5); your answers came to 3.0, 2.0 higher than you thought."),
        (5, 2.4, "“Very well” (5 of 5); your answers came to 2.4, 2.6 lower than you thought."),
        (3, 3.5, "“All right” (3 of 5); your answers came to 3.5, close to what you thought."),
        (2, 2.0, "“Not so well” (2 of 5); your answers came to 2.0, close to what you thought."),
    ],
)
def test_the_self_rating_stands_beside_the_total(expected: int, total: float, said: str) -> None:
    page = pages.report(made(self_rating=expected, total=total))
    assert f"You rated yourself {said}" in texts(page)
    assert "rated yourself" not in calm(page).text


def test_without_a_self_rating_or_a_total_no_gap_is_named() -> None:
    assert "rated yourself" not in pages.report(made(self_rating=None)).text
    assert "rated yourself" not in pages.report(made(total=None)).text


def test_findings_come_with_their_quotes_and_no_strength_without_one() -> None:
    page = pages.report(made(strengths=()))
    assert "Strengths" not in texts(page)
    styles = [(block.style, block.text) for block in page.blocks]
    at = styles.index((BlockStyle.TEXT, "Question 1: Leaves out the check."))
    assert styles[at + 1 : at + 3] == [
        (BlockStyle.QUOTE, "we shipped it"),
        (BlockStyle.ITEM, "Say how you checked it."),
    ]


def test_a_model_did_not_hear_what_rules_did_not_clearly_hear() -> None:
    by_model = question(assessor="small", missed=("the other",))
    assert "Not heard: the other" in texts(pages.report(made(questions=(by_model,))))
    nobody = question(assessor="", missed=("the other",))
    assert "Not clearly heard: the other" in texts(pages.report(made(questions=(nobody,))))


def test_what_was_not_read_is_not_said_to_be_missing() -> None:
    shown = texts(pages.report(made(questions=(question(assessor="small", missed=("the other",), shortened=True),))))
    assert any("its beginning was left out" in text for text in shown)
    assert "Not heard in the rest: the other" in shown
    assert not any(text.startswith("Not heard:") for text in shown)


def test_a_disputed_answer_shows_both_results() -> None:
    def words(before: float, total: float | None) -> tuple[list[str], list[str]]:
        page = pages.report(made(questions=(question(total=total, disputed=before),)))
        return texts(page), texts(calm(page))

    shown, quiet = words(1.6, 2.4)
    assert "You disagreed: 1.6 of 5 at the first look, 2.4 at the second." in shown
    assert "You disagreed; the second look came out higher." in quiet
    assert "You disagreed; the second look came out lower." in words(3.0, 2.4)[1]
    assert "You disagreed; the second look came out the same." in words(2.41, 2.4)[1]
    shown, quiet = words(1.6, None)
    assert "1. Focus 1: you disagreed, and it is being assessed again; 1.6 of 5 before." in shown
    assert "1. Focus 1: you disagreed, and it is being assessed again." in quiet


def test_a_report_by_two_says_which_questions_were_assessed_by_whom() -> None:
    both = (question(1, assessor="small"), question(2), question(3, assessor="small"), question(4, assessor=""))
    shown = texts(pages.report(made(questions=both, assessors=("rules", "small"))))
    assert shown[-2].startswith("Question 2 was assessed by rules, without a language model:")
    assert shown[-1].startswith("Questions 1 and 3 were assessed by small, a language model. Every quote was looked up")


def test_an_older_report_that_does_not_know_who_assessed_what_says_so() -> None:
    shown = texts(pages.report(made(questions=(question(assessor=""),), assessors=("rules", "small"))))
    assert [text.split(" by ")[0] for text in shown[-2:]] == ["Assessed in part", "Assessed in part"]


def test_a_report_by_a_model_names_it() -> None:
    shown = texts(pages.report(made(questions=(question(assessor="small"),), assessors=("small",))))
    assert shown[-1].startswith("Assessed by small, a language model.")
    assert "it can be wrong" in shown[-1]


def test_answers_that_were_not_weighed_name_no_assessor() -> None:
    page = pages.report(made(questions=(question(1, 1.0, assessor="", reason="non_answer"),), assessors=()))
    assert "ssessed by" not in page.text


def test_the_choices_are_about_the_weakest_question() -> None:
    page = pages.report(made(questions=(question(1, 3.0), question(2, 2.0), question(3, None))))
    assert page.default is None
    assert [(one.label, one.command, one.argument, one.turn) for one in page.choices] == [
        ("Try question 2 again", "retry", "2", None),
        ("A stronger version of answer 2", "stronger", "2", None),
        ("I disagree", "disagree", "", None),
        ("Transcript", "transcript", "", None),
        ("History", "history", "", None),
    ]


def test_no_stronger_version_is_offered_where_nothing_was_answered() -> None:
    page = pages.report(made(questions=(question(1, 3.0), question(2, 1.0, outcome=Outcome.NOT_ANSWERED))))
    assert [(one.command, one.argument) for one in page.choices[:-2]] == [("retry", "2"), ("disagree", "")]


def test_disagreeing_is_offered_while_there_is_an_answer_not_looked_at_twice() -> None:
    nothing = question(1, 1.0, outcome=Outcome.NOT_ANSWERED)
    for questions in ((nothing,), (nothing, question(2, 3.0, disputed=2.0)), (nothing, question(2, None))):
        page = pages.report(made(questions=questions))
        assert [one.command for one in page.choices] == ["retry", "transcript", "history"]


def test_a_report_so_far_a_past_one_and_an_empty_one_can_be_read_only() -> None:
    read = [("transcript", ""), ("history", "")]
    for page, offered in (
        (pages.report(made(), so_far=True), read),
        (pages.report(made(), past=True, number=12), [("transcript", "12"), ("history", "")]),
        (pages.report(made(), past=True), read[1:]),
        (pages.report(made(total=None, criteria=(), questions=(question(1, None),))), read),
    ):
        assert [(one.command, one.argument) for one in page.choices] == offered


def test_how_somebody_spoke_stands_after_the_findings_and_apart_from_the_scores() -> None:
    shown = texts(pages.report(made(delivery=Delivery(400, 200.0, 180.0, (3.0,), 0.6, 2), usual_pace=100.0)))
    place = shown.index("How you spoke")
    assert shown[place - 1] == "Say how you checked it."
    assert shown[place : place + 7] == [
        "How you spoke",
        "You spoke for 3 min 0 s (400 words) at about 133 words a minute, with one pause of 3.0 s.",
        "It is clearly faster than in your interviews before this one, where it was about 100.",
        "Your first word came on average after 0.6 s.",
        "I heard at least 2 fillers; speech recognition leaves many out, so there may be more.",
        "This is about what you said aloud, not about what you typed, and no part of the scores.",
        "Question by question",
    ]
    assert shown[:place] + shown[place + 6 :] == texts(pages.report(made()))


HEARD = replace(IMPROVEMENT, heard_at=(3, 1))


def test_what_was_spoken_can_be_heard() -> None:
    other = replace(IMPROVEMENT, quote="it was longer than any label should ever be", heard_at=(0, 0))
    page = pages.report(made(improvements=(HEARD, other, IMPROVEMENT)))
    assert [(one.label, one.command, one.argument, one.turn) for one in page.choices[3:-2]] == [
        ("Hear “we shipped it”", "hear", "3 1", None),
        ("Hear “it was longer than any label …”", "hear", "0 0", None),
    ]
    so_far = pages.report(made(improvements=(HEARD,)), so_far=True)
    assert [(one.command, one.argument) for one in so_far.choices[:-2]] == [("hear", "3 1")]


def test_what_is_said_of_the_same_words_is_offered_once() -> None:
    page = pages.report(
        made(improvements=(HEARD, replace(HEARD, quote="and", heard_at=(3, 0)), replace(HEARD, heard_at=(3, 2))))
    )
    assert [one.argument for one in page.choices if one.command == "hear"] == ["3 1", "3 0"]


def test_a_past_report_names_its_interview_where_that_is_known() -> None:
    known = pages.report(made(improvements=(HEARD,)), past=True, number=12)
    assert [one.argument for one in known.choices if one.command == "hear"] == ["12 3 1"]
    unknown = pages.report(made(improvements=(HEARD,)), past=True)
    assert not any(one.command == "hear" for one in unknown.choices)


def test_a_completed_report_says_so_first() -> None:
    shown = texts(pages.report(made(), complete=True))
    assert shown[0] == "All your answers are assessed now, so this report is complete."
    assert shown[1:] == texts(pages.report(made()))


@pytest.mark.parametrize(
    ("numbers", "which"), [((2,), "question 2 is"), ((1, 2), "questions 1 and 2 are")], ids=["one", "several"]
)
def test_a_report_that_is_complete_but_for_a_second_look_says_so(numbers: tuple[int, ...], which: str) -> None:
    questions = [question(number, None, disputed=2.0) if number in numbers else question(number) for number in (1, 2)]
    shown = texts(pages.report(made(questions=tuple(questions), assessed=2 - len(numbers)), complete=True))
    assert shown[0] == f"All your answers are assessed now; {which} being assessed again, because you disagreed."
    assert f"{2 - len(numbers)} of 2 questions assessed; {len(numbers)} being assessed again." in shown
