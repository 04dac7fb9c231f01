"""How an answer was spoken: exact figures, what is said of them, and that no level is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import delivery, report
from core.delivery import Tempo
from core.interviewers.rules import RulesInterviewer
from core.messages import BlockStyle, Outbound, OutboundKind
from core.model import Assessment, Finding, Interview, Levels, Mode, Outcome, Phase, Report, Turn, Utterance
from core.model import UtteranceKind as Kind
from core.prompts.assess import assess_prompt
from core.prompts.consider import consider_prompt
from core.prompts.strengthen import strengthen_prompt
from core.roles import Criterion
from core.speech import Delivery, Span, Spoken, Word
from core.wording import afterwards as after
from core.wording import delivery as words
from core.wording import interview as say
from core.wording import pages
from core.wording.pieces import calm
from tests.contracts.sample import INCIDENT, NOW, QUEUES, ROLE, answer, assessment, new_interview


def spoken(said: str, *spans: tuple[float, float], seconds: float = 0.0, note: str = "n1", kept: bool = True) -> Spoken:
    """What was heard, its words spread evenly over the time from the first span to the last."""
    begin, end = (spans[0][0], spans[-1][1]) if spans else (0.0, 0.0)
    each = (end - begin) / max(1, len(said.split()))
    heard = tuple(
        Word(word, begin + place * each, begin + (place + 1) * each, 0.9) for place, word in enumerate(said.split())
    )
    return Spoken(note, seconds or end, heard, tuple(Span(*span) for span in spans), kept)


def aloud(how: Spoken, text: str = "", kind: Kind = Kind.ANSWER) -> Utterance:
    return Utterance(kind, text or " ".join(word.text for word in how.words), NOW, how.note, spoken=how)


def turn(*said: Utterance, made: Assessment | None = None) -> Turn:
    asked = Utterance(Kind.QUESTION, QUEUES.text, NOW)
    return Turn(QUEUES, utterances=(asked, *said), outcome=Outcome.ANSWERED, assessment=made)


def at(pace: float, *, fillers: int = 0, pauses: tuple[float, ...] = (), seconds: float = 60.0) -> Delivery:
    """Somebody who spoke for so long, so many words a minute."""
    whole = round(pace * seconds / 60)
    return Delivery(whole, seconds + sum(pauses), seconds, pauses, 0.4, fillers)


TEN = "one two three four five six seven eight nine ten"


# What was heard, in figures


def test_every_figure_of_one_note() -> None:
    how = spoken(f"Um, {TEN} and, uh, on.", (0.8, 4.0), (6.4, 9.0), (10.0, 12.2), seconds=13.5)
    made = delivery.of(turn(aloud(how)))
    assert made
    assert replace(made, speaking_s=8.0) == Delivery(12, 13.5, 8.0, (2.4,), 0.8, 2)
    assert made.speaking_s == pytest.approx(8.0)
    assert delivery.pace(made) == pytest.approx(90.0)


@pytest.mark.parametrize(
    ("spans", "pauses"),
    [
        ([(0.0, 5.0)], ()),
        ([(9.0, 15.0)], ()),  # before the first word one may think
        ([(0.0, 1.0), (2.99, 4.0)], ()),
        ([(0.0, 1.1), (3.1, 4.0)], (2.0,)),
        ([(0.0, 1.0), (4.5, 5.0), (5.5, 6.0), (8.0, 9.0)], (3.5, 2.0)),
    ],
)
def test_a_pause_is_a_silence_of_two_seconds_within_a_note(
    spans: Sequence[tuple[float, float]], pauses: tuple[float, ...]
) -> None:
    made = delivery.of(turn(aloud(spoken(TEN, *spans, seconds=60.0))))
    assert made
    assert made.pauses == pauses
    assert made.first_word_s == spans[0][0]


@pytest.mark.parametrize(
    "word", ["um", "Um,", "umm", "uhm", "uh", "Uhh...", "er", "Er,", "erm", "ehm", "hm", "Hmm", "ah", " “Um-um…”"]
)
def test_fillers_are_counted_and_are_no_words(word: str) -> None:
    made = delivery.of(turn(aloud(spoken(f"{TEN} {word} {word}", (0.0, 5.0)))))
    assert made
    assert (made.words, made.fillers) == (10, 2)


@pytest.mark.parametrize(
    "word", ["like", "ER", "UM", "err", "hum", "ham", "oh", "em", "mm", "uh-huh", "I", "a", "her", "am"]
)
def test_what_may_mean_something_is_a_word(word: str) -> None:
    made = delivery.of(turn(aloud(spoken(f"{TEN} {word}", (0.0, 5.0)))))
    assert made
    assert (made.words, made.fillers) == (11, 0)


def test_a_dash_is_no_word() -> None:
    made = delivery.of(turn(aloud(spoken(f"{TEN} – ...", (0.0, 5.0)))))
    assert made
    assert made.words == 10


@pytest.mark.parametrize(
    ("number", "seconds", "pace"),
    [(10, 3.0, 200.0), (10, 30.0, 20.0), (9, 30.0, None), (10, 2.99, None), (0, 0.0, None), (135, 60.0, 135.0)],
)
def test_the_pace_needs_something_to_measure(number: int, seconds: float, pace: float | None) -> None:
    assert delivery.pace(Delivery(number, seconds, seconds)) == pace


def test_several_notes_are_one_answer_and_a_silence_between_them_is_none_within() -> None:
    first, second = spoken(TEN, (3.0, 8.0), seconds=20.0), spoken(f"{TEN} uh", (5.0, 9.0), (12.0, 13.0), note="n2")
    made = delivery.of(turn(aloud(first), answer("typed words"), aloud(second)))
    assert made == Delivery(20, 33.0, 10.0, (3.0,), 3.0, 1)


def test_typed_answers_have_no_delivery() -> None:
    assert delivery.of(turn(answer("I typed this."))) is None
    assert delivery.of(Turn(QUEUES)) is None
    assert delivery.of_interview([turn(answer("I typed this.")), Turn(QUEUES)]) is None
    assert delivery.of_interview([]) is None


@pytest.mark.parametrize(
    "kind", sorted({Kind.RETRACTED, Kind.DOUBTFUL, Kind.VOICE_NOTE, Kind.WISH, Kind.TOO_LONG, Kind.NON_ANSWER})
)
def test_only_what_counts_as_the_answer_counts(kind: Kind) -> None:
    assert delivery.of(turn(aloud(spoken(TEN, (0.0, 5.0)), kind=kind))) is None


def test_a_correction_keeps_how_it_was_spoken() -> None:
    how = spoken(TEN, (0.0, 5.0))
    assert delivery.of(turn(aloud(how, text="A shorter text."))) == delivery.of(turn(aloud(how)))


@pytest.mark.parametrize("how", [spoken("", (0.0, 5.0)), spoken(TEN)])
def test_what_cannot_be_measured_is_left_out(how: Spoken) -> None:
    assert delivery.of(turn(aloud(how))) is None


def test_an_interview_adds_up_and_its_first_words_are_averaged() -> None:
    turns = [
        turn(aloud(spoken(TEN, (1.0, 6.0), (8.5, 9.0)))),
        turn(answer("typed")),
        turn(aloud(spoken(f"{TEN} um", (2.0, 7.0), seconds=8.0))),
    ]
    assert delivery.of_interview(turns) == Delivery(20, 17.0, 10.5, (2.5,), 1.5, 1)


lengths = st.integers(1, 500).map(lambda tenths: tenths / 10)


@st.composite
def notes(draw: st.DrawFn) -> Spoken:
    """Any note: silences and spans in turn, with words of any kind."""
    place, spans = 0.0, []
    for silence, length in draw(st.lists(st.tuples(lengths, lengths), min_size=1, max_size=5)):
        spans.append((place + silence, place + silence + length))
        place += silence + length
    said = draw(st.lists(st.sampled_from(["so", "um", "I", "–", "well,", "Hmm."]), min_size=1, max_size=60))
    return spoken(" ".join(said), *spans, seconds=place + draw(lengths))


@given(st.lists(notes(), min_size=1, max_size=4))
def test_nothing_is_ever_negative_or_longer_than_the_recording(some: list[Spoken]) -> None:
    made = delivery.of(turn(*map(aloud, some)))
    assert made
    assert min(made.words, made.fillers, made.first_word_s, *made.pauses, 0) == 0
    assert made.first_word_s + made.speaking_s + sum(made.pauses) <= made.seconds + 0.1
    assert made.words + made.fillers <= sum(len(one.words) for one in some)
    assert all(pause >= 2 for pause in made.pauses)


@given(notes(), lengths)
def test_the_pace_does_not_depend_on_silence(one: Spoken, more: float) -> None:
    last = one.spans[-1]
    later = replace(one, seconds=one.seconds + more, spans=(*one.spans[:-1], Span(last.start + more, last.end + more)))
    made, with_silence = delivery.of(turn(aloud(one))), delivery.of(turn(aloud(later)))
    assert made
    assert with_silence
    assert delivery.pace(with_silence) == pytest.approx(delivery.pace(made))


@given(st.lists(notes(), min_size=1, max_size=4), st.lists(notes(), min_size=1, max_size=4))
def test_two_parts_add_up_to_the_whole(one: list[Spoken], other: list[Spoken]) -> None:
    first, second = turn(*map(aloud, one)), turn(*map(aloud, other))
    a, b = delivery.of(first), delivery.of(second)
    assert a
    assert b
    for whole in (delivery.of(turn(*map(aloud, [*one, *other]))), delivery.of_interview([first, second])):
        assert whole
        assert (whole.words, whole.fillers, whole.pauses) == (
            a.words + b.words,
            a.fillers + b.fillers,
            a.pauses + b.pauses,
        )
        assert whole.seconds == pytest.approx(a.seconds + b.seconds)
        assert whole.speaking_s == pytest.approx(a.speaking_s + b.speaking_s)


@pytest.mark.parametrize(
    ("pace", "tempo"),
    [
        (109.4, Tempo.SLOWER),
        (109.6, Tempo.ALIKE),
        (110.0, Tempo.ALIKE),
        (170.4, Tempo.ALIKE),
        (170.6, Tempo.FASTER),
        (300.0, Tempo.FASTER),
    ],
)
def test_a_pace_is_measured_by_what_is_easy_to_follow(pace: float, tempo: Tempo) -> None:
    assert delivery.tempo(pace) is tempo


@pytest.mark.parametrize(
    ("pace", "tempo"),
    [(80.0, Tempo.SLOWER), (81.0, Tempo.ALIKE), (119.0, Tempo.ALIKE), (120.0, Tempo.FASTER)],
)
def test_a_pace_is_measured_by_the_usual_one(pace: float, tempo: Tempo) -> None:
    assert delivery.beside_usual(pace, 100.0) is tempo


@pytest.mark.parametrize(
    ("fillers", "seconds", "many"),
    [(12, 60.0, True), (11, 60.0, False), (5, 60.0, False), (3, 10.0, True), (2, 5.0, False), (3, 2.0, False)],
)
def test_fillers_are_many_from_twelve_a_minute(fillers: int, seconds: float, many: bool) -> None:  # noqa: FBT001
    assert delivery.has_many_fillers(at(150, fillers=fillers, seconds=seconds)) == many


# Where a quote was spoken

EACH = spoken("I built a payment service. I didn't test it well - so it failed twice.", (0.0, 15.0), seconds=15.2)
"""A word each second."""


@pytest.mark.parametrize(
    ("quote", "span"),
    [
        ("I built", (0.0, 2.3)),
        ("a PAYMENT service", (1.7, 5.3)),
        ("“service. I did not”", (3.7, 7.3)),
        ("test it well, so it failed", (6.7, 14.3)),
        ("failed twice", (12.7, 15.2)),
        ("built a payments servise", (0.7, 5.3)),
        ("uilt a", None),
        ("payed", None),
        ("something else that nobody ever said", None),
        (" ".join(["a payment service that did all of that"] * 9), None),
        ("", None),
        ("…", None),
    ],
)
def test_a_quote_is_located_by_its_words(quote: str, span: tuple[float, float] | None) -> None:
    found = delivery.locate(quote, EACH)
    assert (found is None) == (span is None)
    if found and span:
        assert [found.start, found.end] == pytest.approx([*span])


def test_words_that_are_timed_beyond_the_sound_are_nowhere() -> None:
    assert delivery.locate("failed twice", replace(EACH, seconds=5.0)) is None


def test_a_quote_of_many_words_is_located_in_the_right_place_of_a_long_note() -> None:
    said = " ".join(f"word{place}" for place in range(2000))
    found = delivery.locate("word1500 word1501", spoken(said, (0.0, 2000.0)))
    assert found
    assert [found.start, found.end] == pytest.approx([1499.7, 1502.3])


@given(notes(), st.text(max_size=30) | st.sampled_from(["so um", "I well", "hmm hmm", "so so so so so"]))
def test_what_is_located_lies_within_the_sound(one: Spoken, quote: str) -> None:
    found = delivery.locate(quote, one)
    assert found is None or 0 <= found.start < found.end <= one.seconds


def test_the_note_of_a_quote_is_the_one_it_was_spoken_in() -> None:
    first, gone = spoken("We built it.", (0.0, 3.0)), spoken("It failed twice.", (0.0, 3.0), note="n2", kept=False)
    last = spoken("We mended it.", (0.0, 3.0), note="n3")
    said = turn(aloud(first), answer("And it was typed."), aloud(gone), aloud(last))
    assert delivery.quoted(said, "mended it") == ("mended it", last, Span(0.7, 3.0))
    assert delivery.quoted(said, "was typed\nmended it") == ("mended it", last, Span(0.7, 3.0))
    assert delivery.quoted(said, "failed twice") is None
    assert delivery.quoted(said, "was typed") is None


# What is said of it


def shown(blocks: Sequence[object]) -> list[str]:
    return [block.text for block in blocks]  # type: ignore[attr-defined]


def of_report(made: Delivery | None, usual: float | None = None) -> Outbound:
    figures = Report(ROLE.title, Mode.MOCK, new_interview().seniority, 3.0, 1, 1, delivery=made, usual_pace=usual)
    return Outbound(OutboundKind.REPORT, tuple(words.of_report(figures)))


def test_the_whole_section_of_a_report() -> None:
    made = Delivery(810, 420.0, 365.0, (2.4, 3.06), 1.24, 80)
    page = of_report(made, 160.0)
    assert shown(page.blocks) == [
        "How you spoke",
        (
            "You spoke for 6 min 5 s (810 words) at about 133 words a minute, with 2 pauses of 2 s or more, "
            "the longest 3.1 s."
        ),
        "Your first word came on average after 1.2 s.",
        "I heard at least 80 fillers; speech recognition leaves many out, so there may be more.",
        "From about 12 a minute on, fillers put listeners off; a short silence does no harm.",
        "This is about what you said aloud, not about what you typed, and no part of the scores.",
    ]
    assert shown(calm(page).blocks) == [
        "How you spoke",
        "You spoke at a pace that is easy to follow, with some long pauses.",
        "I heard some fillers; speech recognition leaves many out, so there may be more.",
        "So many fillers put listeners off; a short silence does no harm.",
        "This is about what you said aloud, not about what you typed, and no part of the scores.",
    ]


def test_a_report_of_typed_answers_has_no_section() -> None:
    assert of_report(None, 150.0).blocks == ()


@pytest.mark.parametrize(
    ("made", "said", "quietly"),
    [
        (at(135, pauses=(2.4,)), "at about 135 words a minute, with one pause of 2.4 s.", "with one long pause."),
        (at(135), "at about 135 words a minute, without a pause of 2 s or more.", "without a long pause."),
        (at(135), "You spoke for 1 min 0 s (135 words) at", "You spoke at a pace that is easy to follow,"),
        (at(90), "at about 90 words", "You spoke more slowly than most interviewers like,"),
        (at(200), "at about 200 words", "You spoke faster than most interviewers like,"),
        (
            Delivery(1, 1.6, 1.6),
            "You spoke for 2 s (1 word), too little to tell your pace, without a pause of 2 s or more.",
            "You spoke too little to tell your pace, without a long pause.",
        ),
        (at(135), "I heard no fillers such as “um”, but speech recognition leaves many out", "I heard no fillers"),
        (at(135, fillers=1), "I heard at least 1 filler;", "I heard some fillers;"),
    ],
)
def test_each_figure_in_words(made: Delivery, said: str, quietly: str) -> None:
    page = of_report(made)
    assert said in page.text
    assert quietly in calm(page).text


SLOW = "That is slower than 110 to 170 words a minute, which are easy to follow."
FAST = "That is faster than 110 to 170 words a minute, which are easy to follow."


@pytest.mark.parametrize(
    ("pace", "usual", "remarks", "quietly"),
    [
        (110, None, [], []),
        (170, 142.0, [], []),
        (90, None, [SLOW], []),
        (200, 190.0, [FAST], []),
        (
            160,
            130.0,
            ["It is clearly faster than in your interviews before this one, where it was about 130."],
            ["It is clearly faster than in your interviews before this one."],
        ),
        (
            100,
            130.0,
            [SLOW, "It is clearly slower than in your interviews before this one, where it was about 130."],
            ["It is clearly slower than in your interviews before this one."],
        ),
    ],
)
def test_a_remark_is_made_only_of_what_stands_out(
    pace: float, usual: float | None, remarks: list[str], quietly: list[str]
) -> None:
    page = of_report(at(pace), usual)
    assert shown(page.blocks)[2:-3] == remarks
    assert shown(calm(page).blocks)[2:-2] == quietly


@given(
    st.builds(
        Delivery,
        st.integers(0, 5000),
        st.floats(0, 600),
        st.floats(0, 600),
        st.lists(st.floats(2, 60), max_size=4).map(tuple),
        st.floats(0, 60),
        st.integers(0, 500),
    ),
    st.none() | st.floats(1, 400),
)
def test_no_number_is_shown_to_whoever_hides_them_and_nobody_is_judged(made: Delivery, usual: float | None) -> None:
    page = of_report(made, usual)
    assert not any(letter.isdigit() for letter in calm(page).text)
    assert all(block.text and block.style is not BlockStyle.SCORE for block in page.blocks)
    for word in ("confiden", "nervous", "emotion", "accent", "voice"):
        assert word not in page.text.lower()


def coached(*turns: Turn, usual_pace: float | None = None) -> Interview:
    return replace(new_interview(), mode=Mode.COACH, phase=Phase.REVIEWING, turns=turns, usual_pace=usual_pace)


BRISK = spoken(" ".join([TEN] * 15), (0.5, 60.5))
CALM = spoken(" ".join([TEN] * 12), (0.5, 60.5))


def test_feedback_tells_how_the_answer_was_spoken() -> None:
    page = say.feedback(coached(turn(aloud(BRISK), made=assessment())))
    assert shown(page.blocks)[-5:] == [
        "How you spoke",
        "You spoke for 1 min 0 s (150 words) at about 150 words a minute, without a pause of 2 s or more.",
        "Your first word came after 0.5 s.",
        "I heard no fillers such as “um”, but speech recognition leaves many out, so there may be some.",
        "This is no part of the scores.",
    ]


def test_feedback_on_a_typed_answer_says_nothing_of_it() -> None:
    page = say.feedback(coached(turn(aloud(BRISK), made=assessment()), turn(answer("typed"), made=assessment())))
    assert "How you spoke" not in page.text


def test_feedback_on_a_mixed_answer_says_what_it_is_about() -> None:
    page = say.feedback(coached(turn(answer("typed"), aloud(BRISK), made=assessment())))
    assert page.text.endswith("This is about what you said aloud, not about what you typed, and no part of the scores.")
    assert "(150 words)" in page.text


SHORT = turn(aloud(spoken("Yes.", (0.0, 1.0))), made=assessment())
SLOWER = turn(aloud(CALM), made=assessment())
FASTER = turn(aloud(BRISK), made=assessment())


@pytest.mark.parametrize(
    ("interview", "remark"),
    [
        (coached(FASTER), None),
        (coached(FASTER, usual_pace=140.0), None),
        (coached(FASTER, usual_pace=100.0), "faster than in your interviews before this one, where it was about 100."),
        (coached(SLOWER, FASTER), "faster than in your answers before this one, where it was about 120."),
        (coached(SLOWER, FASTER, usual_pace=150.0), "faster than in your answers before this one"),
        (coached(FASTER, SLOWER), "slower than in your answers before this one, where it was about 150."),
        (coached(FASTER, FASTER, SLOWER, FASTER), None),
        (coached(SHORT, FASTER, usual_pace=100.0), "faster than in your interviews before this one"),
        (coached(SLOWER, SHORT), None),
    ],
)
def test_an_answer_is_compared_with_those_before_it(interview: Interview, remark: str | None) -> None:
    text = say.feedback(interview).text
    assert ("clearly" in text) == bool(remark)
    assert (remark or "How you spoke") in text


def test_another_try_after_the_report_tells_it_too() -> None:
    interview = replace(coached(SLOWER, FASTER), phase=Phase.FINISHED)
    assert "How you spoke" in after.retried(interview, 1).text
    assert (
        "How you spoke"
        not in after.reassessed(replace(coached(replace(SLOWER, disputed=assessment())), phase=Phase.FINISHED), 0).text
    )


# What can be heard


def improvable(*quotes: str) -> Assessment:
    findings = tuple(Finding(Criterion.STRUCTURE, f"Finding {place}.", one) for place, one in enumerate(quotes))
    return Assessment(Levels(3, 3, 3), 3.0, improvements=findings)


HEARABLE = turn(
    aloud(spoken("We built a service for payments in four months. It failed twice.", (0.0, 12.0))),
    answer("I typed the rest."),
    made=improvable("it failed twice", "I typed the rest", "We built a service for payments in four months", ""),
)


def test_feedback_lets_hear_what_was_spoken() -> None:
    page = say.feedback(coached(SLOWER, HEARABLE))
    assert [(one.label, one.command, one.argument, one.turn) for one in page.choices[2:]] == [
        ("Hear “it failed twice”", "hear", "1 0", None),
        ("Hear “We built a service for payments …”", "hear", "1 2", None),
    ]
    assert all(one.stays for one in page.choices[2:])
    assert page.default == page.choices[1]
    assert [one.command for one in page.choices[:2]] == ["retry", "next"]


def test_nothing_is_offered_that_is_not_kept_and_nothing_twice() -> None:
    said = spoken("It failed twice.", (0.0, 3.0))
    twice = improvable("It failed", "twice", "It failed")
    page = say.feedback(coached(turn(aloud(said), made=twice)))
    assert [one.argument for one in page.choices[2:]] == ["0 0", "0 1"]
    page = say.feedback(coached(turn(aloud(replace(said, kept=False)), made=twice)))
    assert len(page.choices) == 2


def test_other_feedback_lets_hear_it_too() -> None:
    twice = replace(coached(SLOWER, HEARABLE), phase=Phase.FINISHED)
    assert [one.argument for one in after.retried(twice, 1).choices if one.command == "hear"] == ["1 0", "1 2"]
    again = replace(coached(replace(HEARABLE, disputed=assessment())), phase=Phase.FINISHED)
    assert [one.argument for one in after.reassessed(again, 0).choices if one.command == "hear"] == ["0 0", "0 2"]
    unassessed = replace(coached(SLOWER, replace(HEARABLE, assessment=None)), phase=Phase.FINISHED)
    assert not any(one.command == "hear" for one in after.retried(unassessed, 1).choices)


def test_a_report_knows_what_can_be_heard() -> None:
    interview = replace(
        coached(HEARABLE, replace(SLOWER, question=INCIDENT), replace(HEARABLE, attempt=2)), phase=Phase.FINISHED
    )
    made = report.build(interview)
    assert [(one.quote, one.heard_at) for one in made.improvements if one.number == 1] == [
        ("it failed twice", (2, 0)),
        ("I typed the rest", None),
    ]
    page = pages.report(made)
    assert [(one.label, one.argument) for one in page.choices if one.command == "hear"] == [
        ("Hear “it failed twice”", "2 0")
    ]
    assert all(one.stays for one in page.choices if one.command == "hear")


# That no level is made of it

SAID = (
    "Our checkout failed at noon. I rolled the release back in four minutes, and then I wrote a test for it because "
    "the same mistake had happened before."
)


async def test_the_same_words_spoken_and_typed_come_out_alike() -> None:
    """However they were spoken: hesitating, hurried, or with fillers beside the words that were confirmed."""
    ways = [
        answer(SAID),
        aloud(spoken(SAID, (0.0, 10.0)), text=SAID),
        aloud(spoken(SAID, (9.0, 12.0), (40.0, 80.0)), text=SAID),
        aloud(spoken(f"Um uh er {SAID} um um", (0.0, 4.0)), text=SAID),
    ]
    turns = [replace(turn(one), question=INCIDENT) for one in ways]
    interviewer = RulesInterviewer()
    made = [await interviewer.assess(ROLE, one) for one in turns]
    assert made == [made[0]] * len(ways)
    assert made[0].total > 1
    for prompts in (
        [assess_prompt(ROLE, one, Criterion.TECHNICAL, 0, 8192) for one in turns],
        [strengthen_prompt(ROLE, one, (), 8192) for one in turns],
        [consider_prompt(ROLE, replace(one, outcome=None), 8192) for one in turns],
    ):
        assert prompts == [prompts[0]] * len(ways)
    considered = [await interviewer.consider(ROLE, replace(one, outcome=None)) for one in turns]
    assert considered == [considered[0]] * len(ways)
    reports = [report.build(coached(replace(one, assessment=made[0]))) for one in turns]
    assert len({one.delivery for one in reports}) == len(ways)
    assert [replace(one, delivery=None, improvements=()) for one in reports] == [
        replace(reports[0], improvements=())
    ] * len(ways)
