"""Voice notes in an answer: their place, what was heard in them, and what is corrected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import engine, persona, policy
from core.effects import AssessAnswer, ConsiderAnswer, Send, SettleAnswer, TranscribeNote
from core.events import (
    AnswerSettled,
    Command,
    CommandGiven,
    MessageEdited,
    MessageReceived,
    NoteReceived,
    NoteRefused,
    NoteTranscribed,
)
from core.messages import Choice, Outbound, OutboundKind
from core.model import AnswerKind, Mode, Outcome, Persona, Phase, StartRequest, Utterance
from core.model import UtteranceKind as Kind
from core.prompts import thread
from core.speech import SoundProblem, Spoken
from core.wording import voice
from tests.contracts.fake_speech import heard
from tests.contracts.sample import CONVERSATION, INCIDENT, NOW, QUEUES, ROLE
from tests.core.sitting import ADDRESS, NOTE, TOO_LONG, Sitting, disputed, in_phase, kinds, reported, words

ANSWER = "I rolled the release back in four minutes."
MORE = "Then I wrote a test for it."


def choices(sitting: Sitting) -> list[tuple[str, str]]:
    return [(choice.command, choice.argument) for choice in sitting.sent[-1].choices]


# The way of a note


def test_a_note_keeps_its_place_and_is_listened_to() -> None:
    sitting = Sitting()
    assert sitting.note() == (TranscribeNote("n1", NOTE),)
    assert sitting.phase is Phase.ASKING
    assert sitting.turn.utterances[-1] == Utterance(Kind.VOICE_NOTE, "", NOW, "n1")
    assert sitting.turn.revision == 1
    sitting.refuses(AnswerSettled(0, 1, NOW))


def test_what_was_heard_is_shown_and_counts_after_the_quiet_gap() -> None:
    sitting = Sitting()
    sitting.note()
    effects = sitting.hear(ANSWER)
    assert effects[-1] == SettleAnswer(0, 2)
    assert sitting.turn.answer_text == ANSWER
    transcription = heard(ANSWER)
    assert sitting.turn.answers[0].spoken == Spoken(
        "n1", transcription.seconds, transcription.words, transcription.spans, kept=True
    )
    shown = sitting.sent[-1]
    assert (shown.kind, shown.answers, shown.default) == (OutboundKind.HEARD, "n1", None)
    assert shown.text == (
        f"I heard:\n{ANSWER}\nIt counts as it is. While we are on this question, Record again takes it back, and a "
        "reply corrects it."
    )
    assert choices(sitting) == [("use", f"{ADDRESS} n1"), ("again", f"{ADDRESS} n1")]
    sitting.settle()
    assert sitting.is_in(Phase.CONSIDERING)


def test_what_is_heard_is_cleaned_as_what_is_typed() -> None:
    sitting = Sitting()
    sitting.note()
    sitting.hear("I  rolled\u202e it\0 back.")
    assert sitting.turn.answer_text == "I rolled it back."


@pytest.mark.parametrize(("missing_s", "said"), [(0.0, ""), (1.0, ""), (1.4, "about 1 second"), (12.2, "12 seconds")])
def test_that_a_note_came_in_part_is_said(missing_s: float, said: str) -> None:
    sitting = Sitting()
    sitting.note()
    sitting.hear(ANSWER, missing_s=missing_s)
    assert ("Only a part" in sitting.last) is bool(said)
    assert said in sitting.last


def test_a_note_while_considering_belongs_to_the_answer() -> None:
    sitting = Sitting()
    sitting.say(ANSWER)
    sitting.settle()
    sitting.note()
    assert sitting.is_in(Phase.ASKING)
    sitting.hear(MORE)
    assert sitting.turn.answer_text == f"{ANSWER}\n{MORE}"


def test_notes_and_text_are_one_answer_in_the_order_they_came_in() -> None:
    sitting = Sitting()
    sitting.note()
    assert sitting.say("Second.") == ()
    sitting.note()
    sitting.hear("Third.", "n2")
    assert not any(isinstance(effect, SettleAnswer) for effect in sitting.effects)
    assert sitting.hear("First.", "n1")[-1] == SettleAnswer(0, sitting.turn.revision)
    assert sitting.turn.answer_text == "First.\nSecond.\nThird."


@pytest.mark.parametrize("said", ["Yes.", "Three words only.", ANSWER])
@pytest.mark.parametrize(("below", "kind"), [(0.0, Kind.ANSWER), (0.001, Kind.DOUBTFUL)])
def test_words_of_just_the_limit_are_clear_however_many_they_are(said: str, below: float, kind: Kind) -> None:
    sitting = Sitting()
    sitting.note()
    sitting.give(NoteTranscribed("n1", heard(said, probability=policy.CLEARLY_HEARD - below), NOW))
    assert kinds(sitting)[-1] is kind


def test_what_is_too_long_when_spoken_is_kept_and_does_not_count() -> None:
    sitting = Sitting()
    sitting.note()
    effects = sitting.hear(TOO_LONG)
    assert [type(effect) for effect in effects] == [Send]
    assert kinds(sitting)[-1] is Kind.TOO_LONG
    sitting.reply("The short version.", "n1")
    assert sitting.turn.answer_text == "The short version."
    assert kinds(sitting) == [Kind.QUESTION, Kind.ANSWER]


def test_what_is_too_long_takes_the_place_of_nothing() -> None:
    sitting = Sitting()
    sitting.note()
    sitting.hear(ANSWER, doubtful=True)
    sitting.say(TOO_LONG)
    assert kinds(sitting) == [Kind.QUESTION, Kind.DOUBTFUL, Kind.TOO_LONG]
    sitting.command(Command.USE, "n1")
    assert sitting.turn.answer_text == ANSWER


# Wishes


def test_a_wish_by_voice_is_done_and_is_no_answer() -> None:
    sitting = Sitting()
    before = len(sitting.sent)
    effects = sitting.speak("Could you repeat the question?")
    assert [type(effect) for effect in effects] == [Send, Send]
    shown = sitting.sent[before]
    assert (shown.kind, shown.text, shown.choices) == (
        OutboundKind.HEARD,
        "I heard:\nCould you repeat the question?",
        (),
    )
    assert QUEUES.text in sitting.last
    assert kinds(sitting) == [Kind.QUESTION]


def test_after_a_wish_by_voice_the_rest_of_the_answer_goes_on() -> None:
    sitting = Sitting()
    sitting.say(ANSWER)
    assert sitting.speak("Could you give me a hint?")[-1] == SettleAnswer(0, sitting.turn.revision)
    assert sitting.phase is Phase.ASKING
    assert sitting.speak("That's all.")[1:] == (ConsiderAnswer(0, sitting.turn.revision),)


def test_a_wish_by_voice_that_does_not_fit_is_told_and_the_answer_goes_on() -> None:
    sitting = Sitting()
    sitting.say(ANSWER)
    effects = sitting.speak("Go back to the previous question.")
    assert "after the report" in sitting.last
    assert effects[-1] == SettleAnswer(0, sitting.turn.revision)
    assert kinds(sitting) == [Kind.QUESTION, Kind.ANSWER]


def test_a_wish_by_voice_to_skip_or_stop_is_done_when_it_was_clear() -> None:
    sitting = Sitting()
    sitting.speak("Skip this question.")
    assert sitting.interview.turns[0].outcome is Outcome.SKIPPED
    sitting.answer()
    sitting.speak("Stop the interview.")
    assert sitting.is_in(Phase.REPORTING)


def test_that_the_answer_is_complete_is_done_only_when_it_was_clear() -> None:
    sitting = Sitting()
    sitting.say(ANSWER)
    sitting.speak("That's all.", doubtful=True)
    assert (sitting.phase, kinds(sitting)[-1]) == (Phase.ASKING, Kind.DOUBTFUL)
    assert sitting.command(Command.USE, "n1") == (ConsiderAnswer(0, sitting.turn.revision),)
    assert sitting.turn.answer_text == ANSWER


@pytest.mark.parametrize("said", ["Stop the interview.", "Skip this question."])
def test_a_grave_wish_that_is_doubtful_is_done_once_it_is_confirmed(said: str) -> None:
    sitting = Sitting()
    sitting.speak(said, doubtful=True)
    assert sitting.is_in(Phase.ASKING)
    assert kinds(sitting)[-1] is Kind.DOUBTFUL
    sitting.command(Command.USE, "n1")
    assert sitting.interview.turns[0].outcome is not None or sitting.phase is Phase.DROPPED
    assert Kind.DOUBTFUL not in [one.kind for one in sitting.interview.turns[0].utterances]


def test_a_doubtful_wish_that_can_do_no_harm_is_done() -> None:
    sitting = Sitting()
    sitting.speak("Could you repeat the question?", doubtful=True)
    assert QUEUES.text in sitting.last


# What is doubtful


def test_what_is_doubtful_waits_for_being_confirmed() -> None:
    sitting = Sitting()
    effects = sitting.speak(ANSWER, doubtful=True)
    assert [type(effect) for effect in effects] == [Send]
    assert "I am not sure that I heard this right" in sitting.last
    assert sitting.sent[-1].default == sitting.sent[-1].choices[0]
    assert not sitting.turn.answers
    sitting.refuses(AnswerSettled(0, sitting.turn.revision, NOW))
    sitting.command(Command.DONE)
    assert "Please confirm it first" in sitting.last
    assert sitting.command(Command.USE, f"{ADDRESS} n1") == (ConsiderAnswer(0, sitting.turn.revision),)
    assert sitting.turn.answer_text == ANSWER


@pytest.mark.parametrize("again", ["text", "note"])
def test_what_is_said_next_takes_the_place_of_what_was_doubtful(again: str) -> None:
    sitting = Sitting()
    sitting.speak("I wrote the trees back.", doubtful=True)
    effects = sitting.say(ANSWER) if again == "text" else sitting.speak(ANSWER)
    assert effects[-1] == SettleAnswer(0, sitting.turn.revision)
    assert kinds(sitting) == [Kind.QUESTION, Kind.RETRACTED, Kind.ANSWER]
    assert sitting.turn.answer_text == ANSWER


def test_a_note_that_was_sent_before_the_doubt_does_not_take_its_place() -> None:
    sitting = Sitting()
    sitting.note()
    sitting.note()
    sitting.hear("First.", "n1", doubtful=True)
    assert not any(isinstance(effect, SettleAnswer) for effect in sitting.hear("Second.", "n2"))
    assert sitting.command(Command.USE, "n1") == (ConsiderAnswer(0, sitting.turn.revision),)
    assert sitting.turn.answer_text == "First.\nSecond."


@pytest.mark.parametrize("then", ["typed wish", "wish", "nothing", "refused", "sent"])
def test_only_words_take_the_place_of_what_was_doubtful(then: str) -> None:
    sitting = Sitting()
    sitting.speak(ANSWER, doubtful=True)
    if then == "typed wish":
        sitting.say("Can you repeat that?")
    else:
        sitting.note()
    if then == "wish":
        sitting.hear("Can you repeat that?", "n2")
    if then == "nothing":
        sitting.hear("…", "n2")
    if then == "refused":
        sitting.refuse(message_id="n2")
    assert kinds(sitting)[1] is Kind.DOUBTFUL
    sitting.command(Command.USE, "n1")
    assert sitting.turn.answer_text == ANSWER


def test_the_last_of_several_tries_that_are_all_doubtful_is_the_one_to_confirm() -> None:
    sitting = Sitting()
    sitting.speak("I wrote the trees back.", doubtful=True)
    sitting.speak("I rode the lease back.", doubtful=True)
    assert kinds(sitting) == [Kind.QUESTION, Kind.RETRACTED, Kind.DOUBTFUL]


def test_several_doubtful_notes_are_confirmed_one_by_one() -> None:
    sitting = Sitting()
    sitting.note()
    sitting.note()
    sitting.hear("First.", "n1", doubtful=True)
    sitting.command(Command.USE, "n1")
    assert "still listening to another" in sitting.last
    sitting.hear("Second.", "n2", doubtful=True)
    sitting.command(Command.USE, "n1")
    assert "please confirm that one as well" in sitting.last
    assert sitting.command(Command.USE) == (ConsiderAnswer(0, sitting.turn.revision),)


def test_what_is_too_long_once_it_is_confirmed_is_kept_and_does_not_count() -> None:
    sitting = Sitting()
    sitting.say(words(1999))
    sitting.note()
    sitting.hear(ANSWER, doubtful=True)
    # The text before was not replaced, as the doubt came after it.
    effects = sitting.command(Command.USE, "n1")
    assert kinds(sitting) == [Kind.QUESTION, Kind.ANSWER, Kind.TOO_LONG]
    assert effects[-1] == SettleAnswer(0, sitting.turn.revision)


# Use it, record again


def test_use_it_ends_the_quiet_gap() -> None:
    sitting = Sitting()
    sitting.speak(ANSWER)
    assert sitting.command(Command.USE, f"{ADDRESS} n1") == (ConsiderAnswer(0, 2),)
    sitting.refuses(AnswerSettled(0, 2, NOW))


def test_use_it_once_more_while_considering_changes_nothing() -> None:
    sitting = Sitting()
    sitting.speak(ANSWER)
    sitting.settle()
    sitting.command(Command.USE, "n1")
    assert sitting.is_in(Phase.CONSIDERING)
    assert "thinking about" in sitting.last


@pytest.mark.parametrize("phase", [Phase.ASKING, Phase.CONSIDERING])
def test_record_again_takes_back_what_was_heard_and_nothing_settles_until_the_next_message(phase: Phase) -> None:
    sitting = Sitting()
    sitting.say(MORE)
    sitting.speak("I wrote the trees back.")
    if phase is Phase.CONSIDERING:
        sitting.settle()
    revision = sitting.turn.revision
    effects = sitting.command(Command.RECORD_AGAIN, f"{ADDRESS} n1")
    assert [type(effect) for effect in effects] == [Send]
    assert sitting.is_in(Phase.ASKING)
    assert kinds(sitting) == [Kind.QUESTION, Kind.ANSWER, Kind.RETRACTED]
    sitting.refuses(AnswerSettled(0, revision, NOW))
    sitting.refuses(AnswerSettled(0, sitting.turn.revision, NOW))
    assert sitting.speak(ANSWER)[-1] == SettleAnswer(0, sitting.turn.revision)
    assert sitting.turn.answer_text == f"{MORE}\n{ANSWER}"


@pytest.mark.parametrize("by", ["again", "words", "note"])
def test_of_what_was_taken_back_nothing_is_kept_but_whose_note_it_was(by: str) -> None:
    sitting = Sitting()
    sitting.speak("I wrote the trees back.", doubtful=by != "again")
    if by == "again":
        sitting.command(Command.RECORD_AGAIN, "n1")
    if by == "words":
        sitting.say(ANSWER)
    if by == "note":
        sitting.speak(ANSWER)
    assert sitting.turn.utterances[1] == Utterance(Kind.RETRACTED, "", NOW, "n1", spoken=Spoken("n1", 0.0, (), ()))
    assert "trees" not in repr(sitting.interview)


def test_a_doubtful_note_can_be_recorded_again() -> None:
    sitting = Sitting()
    sitting.speak("I wrote the trees back.", doubtful=True)
    sitting.command(Command.RECORD_AGAIN)
    assert kinds(sitting)[-1] is Kind.RETRACTED


def followed_up() -> Sitting:
    """Two notes of an answer that a follow-up was asked on, the first not heard rightly."""
    sitting = Sitting()
    sitting.speak("I wrote the trees back.")
    sitting.speak(MORE)
    sitting.settle()
    sitting.consider(AnswerKind.ANSWER, "And what about load?")
    return sitting


def test_a_correction_is_something_said_after_what_was_taken_back() -> None:
    sitting = Sitting()
    sitting.speak("I wrote the trees back.")
    sitting.speak("Then I wrote the test.")
    sitting.command(Command.RECORD_AGAIN, f"{ADDRESS} n2")
    effects = sitting.reply(ANSWER, "n1")
    assert effects[-1] == SettleAnswer(0, sitting.turn.revision)
    assert kinds(sitting) == [Kind.QUESTION, Kind.RETRACTED, Kind.ANSWER]
    assert sitting.turn.answer_text == ANSWER


def test_record_again_takes_a_note_back_after_the_follow_up_and_that_stays_asked() -> None:
    sitting = followed_up()
    effects = sitting.command(Command.RECORD_AGAIN, f"{ADDRESS} n1")
    assert [type(effect) for effect in effects] == [Send]
    assert sitting.last == voice.record_again().text
    assert (sitting.phase, kinds(sitting)) == (
        Phase.ASKING,
        [Kind.QUESTION, Kind.ANSWER, Kind.FOLLOW_UP, Kind.RETRACTED],
    )
    sitting.refuses(AnswerSettled(0, sitting.turn.revision, NOW))
    sitting.command(Command.RECORD_AGAIN, f"{ADDRESS} n2")
    assert not sitting.turn.answers
    sitting.command(Command.REPEAT)
    assert "And what about load?" in sitting.last
    assert sitting.say(ANSWER) == (SettleAnswer(0, sitting.turn.revision),)
    sitting.settle()
    sitting.consider()
    assert (sitting.interview.turns[0].outcome, sitting.interview.turns[0].answer_text) == (Outcome.ANSWERED, ANSWER)


@pytest.mark.parametrize("by", ["reply", "edit", "edited reply"])
def test_a_correction_after_the_follow_up_changes_the_words_where_they_stand_and_that_stays_asked(by: str) -> None:
    sitting = followed_up()
    spoken = sitting.turn.answers[0].spoken
    effects = sitting.edit(ANSWER, "n1") if by == "edit" else sitting.reply("I rolled.", "n1")
    if by == "edited reply":
        effects = sitting.edit(ANSWER, "r1")
    assert [type(effect) for effect in effects] == [Send]
    assert "Changed" in sitting.last
    assert (sitting.phase, kinds(sitting)) == (
        Phase.ASKING,
        [Kind.QUESTION, Kind.ANSWER, Kind.ANSWER, Kind.FOLLOW_UP],
    )
    assert sitting.turn.answers[0].spoken == spoken
    assert sitting.turn.answer_text == (f"I rolled.\n{MORE}" if by == "reply" else f"{ANSWER}\n{MORE}")
    sitting.answer("It held.")
    assert sitting.interview.turns[0].answer_text.endswith(f"{MORE}\nIt held.")


@pytest.mark.parametrize(
    ("kind", "asks"), [(AnswerKind.NON_ANSWER, Kind.ENCOURAGEMENT), (AnswerKind.OFF_TOPIC, Kind.REDIRECT)]
)
@pytest.mark.parametrize("by", ["again", "reply"])
def test_words_that_were_heard_wrong_and_taken_for_no_answer_can_be_mended(
    kind: AnswerKind, asks: Kind, by: str
) -> None:
    sitting = Sitting()
    sitting.speak("I wrote the trees back.")
    sitting.settle()
    sitting.consider(kind)
    if by == "again":
        sitting.command(Command.RECORD_AGAIN, "n1")
        assert kinds(sitting) == [Kind.QUESTION, asks, Kind.RETRACTED]
    else:
        sitting.reply(ANSWER, "n1")
        assert kinds(sitting) == [Kind.QUESTION, Kind.ANSWER, asks]
    assert sitting.is_in(Phase.ASKING)


@pytest.mark.parametrize("given", ["hint", "clarification"])
def test_a_wish_that_was_none_can_be_corrected_after_what_it_gave(given: str) -> None:
    sitting = Sitting()
    sitting.speak("I wrote the trees back.")
    sitting.settle()
    sitting.consider(AnswerKind.HINT if given == "hint" else AnswerKind.CLARIFY)
    assert sitting.reply(ANSWER, "n1")[-1] == SettleAnswer(0, sitting.turn.revision)
    assert sitting.turn.answer_text == ANSWER


def test_notes_can_be_changed_until_the_candidate_has_said_something_more() -> None:
    sitting = followed_up()
    sitting.say("It held.")
    assert sitting.refuses(CommandGiven(Command.RECORD_AGAIN, NOW, argument=f"{ADDRESS} n1")).stale
    assert sitting.refuses(MessageReceived(ANSWER, "r1", NOW, replies_to="n1")).stale
    sitting.refuses(MessageEdited(ANSWER, "n1", NOW))


def test_text_is_not_changed_after_the_follow_up() -> None:
    sitting = Sitting()
    sitting.say(ANSWER, "m1")
    sitting.settle()
    sitting.consider(AnswerKind.ANSWER, "And what about load?")
    sitting.refuses(MessageEdited(MORE, "m1", NOW))


def test_use_it_after_the_follow_up_changes_nothing() -> None:
    sitting = followed_up()
    before = sitting.interview
    sitting.command(Command.USE, f"{ADDRESS} n1")
    assert (sitting.interview, sitting.last) == (before, voice.used_before().text)


def test_whoever_has_paused_after_the_follow_up_can_take_a_note_back() -> None:
    sitting = followed_up()
    sitting.command(Command.PAUSE)
    sitting.command(Command.RECORD_AGAIN, "n1")
    assert (sitting.phase, sitting.turn.answer_text) == (Phase.PAUSED, MORE)
    sitting.command(Command.RESUME)
    assert "And what about load?" in sitting.last


@pytest.mark.parametrize("command", [Command.USE, Command.RECORD_AGAIN])
def test_buttons_of_a_note_are_stale_once_its_question_is_over(command: Command) -> None:
    sitting = Sitting()
    sitting.speak(ANSWER)
    sitting.settle()
    sitting.consider()
    assert sitting.turn.question == INCIDENT
    assert sitting.refuses(CommandGiven(command, NOW, argument=f"{ADDRESS} n1")).stale


@pytest.mark.parametrize("passes", ["a silent note", "a refused note", "a wish", "an earlier note", "a pause"])
def test_what_is_to_be_recorded_again_keeps_the_answer_open_whatever_passes(passes: str) -> None:
    sitting = Sitting()
    sitting.say(MORE)
    sitting.speak("I wrote the trees back.")
    if passes == "an earlier note":
        sitting.note("early")
    sitting.command(Command.RECORD_AGAIN, "n1")
    if passes.startswith("a silent"):
        sitting.speak("…")
    if passes.startswith("a refused"):
        sitting.note("late")
        sitting.refuse(message_id="late")
    if passes == "a wish":
        sitting.speak("Could you give me a hint?")
    if passes == "an earlier note":
        sitting.hear("By hand.", "early")
    if passes == "a pause":
        sitting.command(Command.PAUSE)
        sitting.command(Command.RESUME)
    assert not any(isinstance(effect, SettleAnswer | ConsiderAnswer) for effect in sitting.effects)
    assert sitting.is_in(Phase.ASKING)
    sitting.refuses(AnswerSettled(0, sitting.turn.revision, NOW))
    assert sitting.speak(ANSWER)[-1] == SettleAnswer(0, sitting.turn.revision)
    assert sitting.turn.answer_text.endswith(ANSWER)


def test_whoever_takes_an_earlier_note_back_is_waited_for_although_a_later_one_was_heard() -> None:
    sitting = Sitting()
    sitting.speak("I wrote the trees back.")
    sitting.speak(MORE)
    sitting.command(Command.RECORD_AGAIN, "n1")
    sitting.refuses(AnswerSettled(0, sitting.turn.revision, NOW))
    sitting.command(Command.DONE)
    assert (sitting.phase, sitting.turn.answer_text) == (Phase.CONSIDERING, MORE)


@pytest.mark.parametrize("command", [Command.USE, Command.RECORD_AGAIN])
def test_there_is_nothing_to_use_or_take_back_of_a_text(command: Command) -> None:
    sitting = Sitting()
    sitting.say(ANSWER, "m1")
    assert sitting.refuses(CommandGiven(command, NOW, argument="m1")).stale


def test_a_note_that_is_listened_to_cannot_be_used() -> None:
    sitting = Sitting()
    sitting.note()
    assert sitting.refuses(CommandGiven(Command.USE, NOW, argument="n1")).stale


def test_a_note_that_is_listened_to_can_be_left_out_and_the_rest_of_the_answer_goes_on() -> None:
    sitting = Sitting()
    sitting.say(ANSWER)
    *_, listen = sitting.note()
    sitting.command(Command.DONE)
    assert choices(sitting) == [("again", f"{ADDRESS} n1")]
    effects = sitting.command(Command.RECORD_AGAIN, f"{ADDRESS} n1")
    assert "leave that voice note out" in sitting.last
    assert effects[-1] == SettleAnswer(0, sitting.turn.revision)
    assert engine.overtaken(sitting.interview, listen)
    assert kinds(sitting) == [Kind.QUESTION, Kind.ANSWER]


@pytest.mark.parametrize("phase", [Phase.REVIEWING, Phase.OBJECTING])
def test_a_note_that_is_listened_to_can_be_left_out_where_the_turn_is_over(phase: Phase) -> None:
    sitting = in_phase(phase)
    before = sitting.interview.turns[-1].utterances
    (listen,) = sitting.note()
    sitting.command(Command.RECORD_AGAIN)
    assert engine.overtaken(sitting.interview, listen)
    assert (sitting.phase, sitting.turn.utterances) == (phase, before)


def test_what_was_taken_back_cannot_be_used() -> None:
    sitting = Sitting()
    sitting.speak(ANSWER)
    sitting.command(Command.RECORD_AGAIN, "n1")
    assert sitting.refuses(CommandGiven(Command.USE, NOW, argument="n1")).stale


def test_done_waits_for_the_note_that_is_listened_to() -> None:
    sitting = Sitting()
    sitting.say(ANSWER)
    sitting.note()
    sitting.command(Command.DONE)
    assert sitting.is_in(Phase.ASKING)
    assert "still listening" in sitting.last


# Corrections


def test_a_reply_to_a_note_takes_the_place_of_its_words_and_can_be_edited() -> None:
    sitting = Sitting()
    sitting.speak("I wrote the trees back.")
    spoken = sitting.turn.answers[0].spoken
    sitting.say(MORE)
    effects = sitting.reply("I rolled the release bakc.", "n1", "r1")
    assert effects[-1] == SettleAnswer(0, sitting.turn.revision)
    assert "Changed" in sitting.last
    sitting.edit(ANSWER, "r1")
    assert sitting.turn.answer_text == f"{ANSWER}\n{MORE}"
    assert sitting.turn.answers[0].spoken == spoken
    sitting.reply("I did it by hand.", "n1", "r2")
    assert sitting.turn.answer_text == f"I did it by hand.\n{MORE}"


def test_a_reply_changes_the_note_that_it_replies_to() -> None:
    sitting = Sitting()
    sitting.speak(ANSWER)
    sitting.speak("Then I wrote a nest for it.")
    sitting.reply(MORE, "n2")
    assert sitting.turn.answer_text == f"{ANSWER}\n{MORE}"


def test_a_reply_to_a_doubtful_note_settles_it() -> None:
    sitting = Sitting()
    sitting.speak("I wrote the trees back.", doubtful=True)
    assert sitting.reply(ANSWER, "n1")[-1] == SettleAnswer(0, sitting.turn.revision)
    assert kinds(sitting) == [Kind.QUESTION, Kind.ANSWER]


def test_a_reply_to_a_note_that_is_listened_to_makes_listening_needless() -> None:
    sitting = Sitting()
    (listen,) = sitting.note()
    assert not engine.overtaken(sitting.interview, listen)
    assert sitting.reply(ANSWER, "n1")[-1] == SettleAnswer(0, sitting.turn.revision)
    assert engine.overtaken(sitting.interview, listen)
    assert sitting.refuses(NoteTranscribed("n1", heard("Something else."), NOW)).stale
    sitting.reply(MORE, "n1", "r2")
    assert sitting.turn.answer_text == MORE


@pytest.mark.parametrize("state", ["listened to", "doubtful", "looked at"])
def test_words_that_are_put_to_a_note_afterwards_are_a_correction_as_well(state: str) -> None:
    sitting = in_phase(Phase.REVIEWING if state == "looked at" else Phase.ASKING)
    (listen,) = sitting.note()
    if state == "doubtful":
        sitting.hear("I wrote the trees back.", doubtful=True)
    assert sitting.edit(ANSWER, "n1")[-1] == SettleAnswer(len(sitting.interview.turns) - 1, sitting.turn.revision)
    assert kinds(sitting) == [Kind.QUESTION, Kind.ANSWER]
    assert engine.overtaken(sitting.interview, listen)


def test_a_reply_to_a_note_that_was_left_behind_comes_too_late() -> None:
    sitting = Sitting()
    sitting.note()
    sitting.command(Command.SKIP)
    assert sitting.refuses(MessageReceived(MORE, "r1", NOW, replies_to="n1")).stale


def test_a_reply_to_a_note_whose_answer_was_taken_comes_too_late() -> None:
    sitting = Sitting()
    sitting.speak(ANSWER)
    sitting.settle()
    sitting.consider()
    assert sitting.refuses(MessageReceived(MORE, "r1", NOW, replies_to="n1")).stale


def test_a_reply_to_the_note_of_what_is_looked_at_comes_too_late() -> None:
    sitting = Sitting(Mode.COACH)
    sitting.speak(ANSWER)
    sitting.settle()
    sitting.consider()
    assert sitting.is_in(Phase.REVIEWING)
    assert sitting.refuses(MessageReceived(MORE, "r1", NOW, replies_to="n1")).stale


@pytest.mark.parametrize("before", ["refused", "taken back", "never"])
def test_a_reply_to_a_note_that_does_not_count_is_an_answer_of_its_own(before: str) -> None:
    sitting = Sitting()
    if before == "refused":
        sitting.note()
        sitting.refuse()
    if before == "taken back":
        sitting.speak(MORE)
        sitting.command(Command.RECORD_AGAIN, "n1")
    sitting.reply(ANSWER, "n1")
    assert sitting.turn.answer_text == ANSWER


def test_a_wish_in_reply_to_a_note_is_a_wish() -> None:
    sitting = Sitting()
    sitting.speak(ANSWER)
    sitting.reply("Can you repeat that?", "n1")
    assert sitting.turn.answer_text == ANSWER


# Notes that cannot be used


@pytest.mark.parametrize("problem", SoundProblem)
def test_a_note_that_cannot_be_used_leaves_the_answer_and_the_rest_goes_on(problem: SoundProblem) -> None:
    sitting = Sitting()
    sitting.say(ANSWER)
    sitting.note()
    effects = sitting.refuse(problem)
    assert sitting.last == voice.refused(problem).text
    assert effects[-1] == SettleAnswer(0, sitting.turn.revision)
    assert kinds(sitting) == [Kind.QUESTION, Kind.ANSWER]


def test_every_reason_has_a_sentence_of_its_own_that_says_what_to_do() -> None:
    said = {voice.refused(problem).text for problem in SoundProblem}
    assert len(said) == len(SoundProblem)
    assert all("lease" in one for one in said)


def test_a_note_without_words_leaves_the_answer() -> None:
    sitting = Sitting()
    effects = sitting.speak("…")
    assert [type(effect) for effect in effects] == [Send]
    assert "could not make out any words" in sitting.last
    assert kinds(sitting) == [Kind.QUESTION]


# Other phases


@pytest.mark.parametrize("phase", [Phase.PAUSED, Phase.REPORTING, Phase.FINISHED, Phase.DROPPED])
def test_a_note_does_not_fit_where_text_does_not(phase: Phase) -> None:
    assert not in_phase(phase).refuses(NoteReceived(NOTE, "n1", NOW)).stale


@pytest.mark.parametrize("doubtful", [False, True])
def test_whoever_has_paused_meanwhile_sees_what_was_heard_and_goes_on_with_it(doubtful: bool) -> None:  # noqa: FBT001
    sitting = Sitting()
    sitting.note()
    sitting.command(Command.PAUSE)
    effects = sitting.hear(ANSWER, doubtful=doubtful)
    assert sitting.is_in(Phase.PAUSED)
    assert [type(effect) for effect in effects] == [Send]
    sitting.command(Command.RESUME)
    if doubtful:
        assert sitting.is_in(Phase.ASKING)
        assert "I am not sure" in sitting.last
        assert choices(sitting)[0] == ("use", f"{ADDRESS} n1")
    else:
        assert sitting.is_in(Phase.ASKING)
        assert sitting.effects[-1] == SettleAnswer(0, sitting.turn.revision)
        sitting.command(Command.RECORD_AGAIN, "n1")
        assert not sitting.turn.answers


def test_what_is_doubtful_can_be_used_or_taken_back_while_paused() -> None:
    sitting = Sitting()
    sitting.note()
    sitting.note()
    sitting.command(Command.PAUSE)
    sitting.hear(ANSWER, "n1", doubtful=True)
    sitting.hear("And the trees.", "n2")
    sitting.command(Command.USE, "n1")
    assert "/resume" in sitting.last
    sitting.command(Command.RECORD_AGAIN, "n2")
    assert (sitting.phase, sitting.turn.answer_text) == (Phase.PAUSED, ANSWER)
    sitting.command(Command.RESUME)
    assert sitting.is_in(Phase.ASKING)
    sitting.refuses(AnswerSettled(0, sitting.turn.revision, NOW))


@pytest.mark.parametrize("said", ["Could you repeat the question?", "Stop the interview."])
def test_a_wish_is_shown_and_not_done_for_whoever_has_paused_meanwhile(said: str) -> None:
    sitting = Sitting()
    sitting.note()
    sitting.command(Command.PAUSE)
    sitting.hear(said)
    assert sitting.last.startswith(f"I heard:\n{said}\nThe interview is paused")
    assert (sitting.phase, kinds(sitting)) == (Phase.PAUSED, [Kind.QUESTION])


def test_whoever_resumes_while_a_note_is_listened_to_is_asked_again_and_then_heard() -> None:
    sitting = Sitting()
    sitting.say(MORE)
    sitting.note()
    sitting.command(Command.PAUSE)
    sitting.command(Command.RESUME)
    assert sitting.is_in(Phase.ASKING)
    assert sitting.hear(ANSWER)[-1] == SettleAnswer(0, sitting.turn.revision)


def test_whoever_pauses_before_recording_again_is_asked_again() -> None:
    sitting = Sitting()
    sitting.say(MORE)
    sitting.speak("I wrote the trees back.")
    sitting.command(Command.RECORD_AGAIN)
    sitting.command(Command.PAUSE)
    sitting.command(Command.RESUME)
    assert sitting.is_in(Phase.ASKING)


def test_what_is_heard_after_the_question_has_passed_is_dropped() -> None:
    sitting = Sitting()
    (listen,) = sitting.note()
    sitting.command(Command.SKIP)
    assert engine.overtaken(sitting.interview, listen)
    assert sitting.refuses(NoteTranscribed("n1", heard(ANSWER), NOW)).stale
    assert sitting.refuses(NoteRefused("n1", SoundProblem.SILENT, NOW)).stale


def test_a_note_before_a_stop_is_dropped_and_what_else_was_said_counts() -> None:
    sitting = Sitting()
    sitting.say(ANSWER)
    (listen,) = sitting.note()
    effects = sitting.command(Command.STOP)
    assert AssessAnswer(0) in effects
    assert engine.overtaken(sitting.interview, listen)
    assert sitting.turn.answer_text == ANSWER


@pytest.mark.parametrize("unclear", ["listened to", "doubtful"])
@pytest.mark.parametrize("command", [Command.SKIP, Command.STOP])
@pytest.mark.parametrize("answered", [False, True])
def test_whoever_goes_on_before_a_note_is_clear_hears_that_it_does_not_count(
    unclear: str,
    command: Command,
    answered: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    sitting = Sitting()
    if answered:
        sitting.say(ANSWER)
    sitting.note()
    if unclear == "doubtful":
        sitting.hear("I wrote the trees back.", doubtful=True)
    before = len(sitting.sent)
    sitting.command(command)
    told = [one for one in sitting.sent[before:] if "not taken yet" in one.text]
    assert len(told) == 1
    assert Kind.VOICE_NOTE not in [said.kind for said in sitting.interview.turns[0].utterances]


def test_nothing_is_said_of_notes_where_there_are_none() -> None:
    for command in (Command.SKIP, Command.STOP):
        sitting = Sitting()
        sitting.speak(ANSWER)
        sitting.command(command)
        assert not any("not taken" in one.text for one in sitting.sent)


def test_a_note_that_was_left_behind_by_a_skip_begins_no_other_attempt() -> None:
    sitting = Sitting(Mode.COACH)
    sitting.say(ANSWER)
    (listen,) = sitting.note()
    sitting.command(Command.SKIP)
    assert sitting.is_in(Phase.REVIEWING)
    assert engine.overtaken(sitting.interview, listen)


def test_a_note_that_was_left_behind_by_a_stop_is_not_heard_in_an_attempt_after_the_report() -> None:
    sitting = Sitting(questions=1)
    sitting.say(ANSWER)
    (listen,) = sitting.note()
    sitting.command(Command.STOP)
    sitting.assess()
    sitting.command(Command.RETRY, "1")
    assert kinds(sitting) == [Kind.QUESTION]
    assert engine.overtaken(sitting.interview, listen)


def test_a_note_of_an_attempt_that_is_dropped_is_dropped_with_it() -> None:
    sitting = reported(1)
    sitting.command(Command.RETRY, "1")
    (listen,) = sitting.note()
    sitting.command(Command.DROP)
    assert sitting.is_in(Phase.FINISHED)
    assert engine.overtaken(sitting.interview, listen)


# Coach mode: another attempt by voice


def test_a_note_while_feedback_is_looked_at_is_another_attempt() -> None:
    sitting = in_phase(Phase.REVIEWING)
    before = sitting.turn.utterances
    assert sitting.note() == (TranscribeNote("n1", NOTE),)
    assert sitting.turn.utterances == (*before, Utterance(Kind.VOICE_NOTE, "", NOW, "n1"))
    assert sitting.is_in(Phase.REVIEWING)
    assert sitting.hear(ANSWER)[-1] == SettleAnswer(1, 1)
    assert (sitting.phase, sitting.turn.attempt, sitting.turn.answer_text) == (Phase.ASKING, 2, ANSWER)
    assert "\nThis is another try at question 1. It counts as it is." in sitting.last
    sitting.speak(MORE)
    assert "another try" not in sitting.last


@pytest.mark.parametrize("first", [0, 1])
def test_several_notes_make_one_other_attempt_in_the_order_they_were_sent(first: int) -> None:
    sitting = in_phase(Phase.REVIEWING)
    sitting.note()
    sitting.note()
    said = [("n1", ANSWER), ("n2", MORE)]
    assert [type(effect) for effect in sitting.hear(said[first][1], said[first][0])] == [Send]
    sitting.refuses(AnswerSettled(1, sitting.turn.revision, NOW))
    assert sitting.hear(said[1 - first][1], said[1 - first][0])[-1] == SettleAnswer(1, 2)
    assert sitting.turn.answer_text == f"{ANSWER}\n{MORE}"
    assert sitting.interview.turns[0].count(Kind.VOICE_NOTE) == 0


@pytest.mark.parametrize("by", ["words", "command"])
def test_another_attempt_waits_for_the_notes_that_were_sent_before_it(by: str) -> None:
    sitting = in_phase(Phase.REVIEWING)
    sitting.note()
    if by == "words":
        assert sitting.say(MORE) == ()
    else:
        sitting.command(Command.RETRY)
    assert sitting.hear(ANSWER)[-1] == SettleAnswer(1, sitting.turn.revision)
    assert sitting.turn.answer_text == (f"{ANSWER}\n{MORE}" if by == "words" else ANSWER)


def test_a_reply_to_a_note_while_feedback_is_looked_at_takes_its_place() -> None:
    sitting = in_phase(Phase.REVIEWING)
    *_, listen = sitting.note()
    assert sitting.reply(ANSWER, "n1")[-1] == SettleAnswer(1, sitting.turn.revision)
    assert engine.overtaken(sitting.interview, listen)
    assert sitting.refuses(NoteTranscribed("n1", heard("I rode it back."), NOW)).stale
    assert sitting.turn.answer_text == ANSWER


@pytest.mark.parametrize("said", ["Okay.", "Thank you.", "Stop the interview."])
def test_what_leads_on_from_the_feedback_is_done_only_when_it_was_clear(said: str) -> None:
    sitting = in_phase(Phase.REVIEWING)
    turns = len(sitting.interview.turns)
    sitting.speak(said, doubtful=True)
    assert (sitting.phase, len(sitting.interview.turns)) == (Phase.REVIEWING, turns)
    assert said in sitting.last
    (use,) = sitting.sent[-1].choices
    sitting.command(Command(use.command), use.argument, use.turn)
    assert sitting.is_in(Phase.REPORTING)


def test_what_may_lead_on_from_the_feedback_is_shown_to_whoever_has_paused_meanwhile() -> None:
    sitting = in_phase(Phase.REVIEWING)
    sitting.note()
    sitting.command(Command.PAUSE)
    sitting.hear("Okay.", doubtful=True)
    assert "is paused" in sitting.last
    assert len(sitting.interview.turns) == 1


def test_a_doubtful_attempt_waits_for_being_confirmed() -> None:
    sitting = in_phase(Phase.REVIEWING)
    sitting.speak(ANSWER, doubtful=True)
    assert (sitting.phase, kinds(sitting)) == (Phase.ASKING, [Kind.QUESTION, Kind.DOUBTFUL])
    assert sitting.last.endswith("This is another try at question 1.")
    sitting.command(Command.USE, "n1")
    assert sitting.is_in(Phase.CONSIDERING)


@pytest.mark.parametrize(("said", "phase"), [("Next question.", Phase.REPORTING), ("I'm done.", Phase.REVIEWING)])
def test_a_wish_by_voice_while_feedback_is_looked_at(said: str, phase: Phase) -> None:
    sitting = in_phase(Phase.REVIEWING)
    sitting.speak(said)
    assert sitting.is_in(phase)
    assert len(sitting.interview.turns) == 1


def test_nothing_usable_while_feedback_is_looked_at_changes_nothing() -> None:
    sitting = in_phase(Phase.REVIEWING)
    before = sitting.turn.utterances
    sitting.note()
    sitting.refuse()
    sitting.note()
    sitting.hear("…", "n2")
    assert (sitting.phase, sitting.turn.utterances) == (Phase.REVIEWING, before)


def test_an_attempt_by_voice_is_kept_for_whoever_has_paused_meanwhile() -> None:
    sitting = in_phase(Phase.REVIEWING)
    sitting.note()
    sitting.note()
    sitting.note()
    sitting.command(Command.PAUSE)
    sitting.hear("Next question.", "n3")
    sitting.hear(ANSWER, "n1")
    sitting.hear(MORE, "n2")
    assert sitting.is_in(Phase.PAUSED)
    sitting.command(Command.RESUME)
    assert sitting.effects[-1] == SettleAnswer(1, sitting.turn.revision)
    assert sitting.turn.answer_text == f"{ANSWER}\n{MORE}"


def test_a_note_is_dropped_when_the_candidate_has_gone_on_from_the_feedback() -> None:
    sitting = Sitting(Mode.COACH)
    sitting.answer()
    (listen,) = sitting.note()
    before = len(sitting.sent)
    sitting.command(Command.NEXT)
    assert engine.overtaken(sitting.interview, listen)
    assert sitting.sent[before].text == voice.not_taken().text
    assert kinds(sitting) == [Kind.QUESTION]


# A spoken reason to disagree


def objecting() -> Sitting:
    sitting = reported()
    sitting.command(Command.DISAGREE, "1")
    return sitting


def test_a_spoken_reason_is_shown_and_taken() -> None:
    sitting = objecting()
    sitting.note()
    before = len(sitting.sent)
    effects = sitting.hear("I did say four minutes.")
    assert AssessAnswer(0) in effects
    assert sitting.interview.turns[0].utterances[-1].text == "I did say four minutes."
    shown = sitting.sent[before]
    assert (shown.kind, shown.choices, shown.answers) == (OutboundKind.HEARD, (), "n1")
    typed = disputed()
    assert sitting.sent[-1] == typed.sent[-1]


def test_a_doubtful_reason_is_not_taken() -> None:
    sitting = objecting()
    before = sitting.interview.turns
    sitting.speak("I bit the four minutes.", doubtful=True)
    assert [turn.utterances for turn in sitting.interview.turns] == [turn.utterances for turn in before]
    assert "say it again, or type it" in sitting.last


def test_a_reason_can_be_withdrawn_by_voice() -> None:
    sitting = objecting()
    sitting.speak("Never mind.")
    assert sitting.is_in(Phase.FINISHED)
    assert sitting.interview.turns[0].disputed is None


def test_a_second_note_is_told_that_the_first_is_the_reason() -> None:
    sitting = objecting()
    sitting.note()
    assert [type(effect) for effect in sitting.note()] == [Send]
    assert sitting.last == voice.one_reason("n1").text
    assert choices(sitting) == [("again", f"{ADDRESS} n1")]
    sitting.refuse()
    assert sitting.note()
    assert AssessAnswer(0) in sitting.hear("I did say four minutes.", "n3")


@pytest.mark.parametrize("asked", ["1", "2"])
def test_a_written_reason_says_that_the_note_is_left_out(asked: str) -> None:
    sitting = reported()
    sitting.command(Command.DISAGREE, asked)
    (listen,) = sitting.note()
    before = len(sitting.sent)
    assert AssessAnswer(int(asked) - 1) in sitting.say("I did say four minutes.")
    assert sitting.sent[before].text == voice.reason_was_written().text
    assert engine.overtaken(sitting.interview, listen)


def test_a_reason_for_the_last_answer_is_withdrawn_without_a_trace_while_a_note_is_listened_to() -> None:
    sitting = reported()
    sitting.command(Command.DISAGREE, "2")
    sitting.note()
    sitting.command(Command.STOP)
    assert sitting.is_in(Phase.FINISHED)
    assert Kind.REASON_ASKED not in kinds(sitting)


def test_a_note_is_no_reason_once_that_is_withdrawn() -> None:
    sitting = objecting()
    (listen,) = sitting.note()
    sitting.command(Command.STOP)
    assert engine.overtaken(sitting.interview, listen)


def test_a_reason_may_be_a_reply_to_a_note() -> None:
    sitting = Sitting(questions=1)
    sitting.speak(ANSWER)
    sitting.settle()
    sitting.consider()
    sitting.assess(0)
    sitting.command(Command.RATE, "3")
    sitting.command(Command.DISAGREE, "1")
    sitting.reply("You heard that wrong.", "n1")
    assert sitting.interview.turns[0].disputed is not None


# What does not count


def test_only_what_counts_is_shown_to_a_model_and_tells_of_the_candidate() -> None:
    sitting = Sitting()
    sitting.say("Words.")
    sitting.speak("Taken back, as I guess maybe not.")
    sitting.command(Command.RECORD_AGAIN)
    sitting.note()
    sitting.note()
    sitting.hear("I suppose it is doubtful, maybe.", "n3", doubtful=True)
    assert [one.text for one in thread.everything(sitting.turn)] == ["Words."]
    assert [one.text for one in thread.answers(sitting.turn)] == ["Words."]
    closed = replace(sitting.turn, outcome=Outcome.SKIPPED)
    plain = replace(closed, utterances=closed.utterances[:2])
    turns = (closed, closed), (plain, plain)
    assert len({persona.persona(replace(sitting.interview, turns=both)) for both in turns}) == 1


def test_a_closed_turn_of_nothing_but_notes_says_nothing_of_how_somebody_communicates() -> None:
    sitting = Sitting()
    for kind in (Kind.VOICE_NOTE, Kind.DOUBTFUL, Kind.RETRACTED):
        said = Utterance(kind, "I guess maybe.", NOW, "n1")
        turn = replace(sitting.turn, utterances=(*sitting.turn.utterances, said), outcome=Outcome.SKIPPED)
        assert persona.persona(replace(sitting.interview, turns=(turn, turn, turn))) is Persona.STANDARD


def test_how_fast_somebody_spoke_before_is_kept_with_the_interview() -> None:
    begun, _ = engine.begin(StartRequest(ROLE), 1, CONVERSATION, (), NOW, usual_pace=131.5)
    assert begun.usual_pace == pytest.approx(131.5)


def test_the_button_that_plays_a_piece_of_a_note_names_its_interview() -> None:
    hear = Choice("Hear it", "hear", "0 1")
    page = engine.addressed(replace(Sitting().interview, id=7), Outbound(OutboundKind.FEEDBACK, (), (hear,)))
    assert page.choices[0].argument == "7 0 1"


def test_what_is_heard_in_a_note_that_nobody_sent_here_is_refused() -> None:
    sitting = Sitting()
    sitting.answer()
    sitting.answer()
    assert sitting.refuses(NoteTranscribed("n9", heard(ANSWER), NOW)).stale
