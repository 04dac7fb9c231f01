"""Wishes in many wordings, and answers that only look like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events import Command
from core.wishes import wish

WISHES = {
    Command.REPEAT: (
        "Hello!",
        "hi",
        "Good morning",
        "hey there",
        "Can you repeat that?",
        "can you repeat the question please",
        "Could you please say that again?",
        "Sorry, can you say that one more time?",
        "repeat",
        "Repeat the question.",
        "Come again?",
        "Pardon?",
        "What was the question?",
        "What was the question again?",
        "sorry what was that",
        "I didn't catch that.",
        "I didn’t quite catch that, sorry",
        "I missed the last part",
        "What's the question?",
        "would you mind repeating the question",
        "could you read the question again",
        "can you repaet the question",
        "Repeat the qestion plese",
        "once more please",
        "say it again",
    ),
    Command.CLARIFY: (
        "What do you mean?",
        "what do you mean by idempotent?",
        "What exactly do you mean?",
        "What does that mean?",
        "I don't understand.",
        "I don’t understand the question",
        "sorry i dont really understand what you are asking",
        "Could you clarify?",
        "can you clarfy that please",
        "Can you rephrase the question?",
        "could you rephrse that",
        "Can you elaborate?",
        "please explain",
        "Could you explain the question?",
        "Could you be a bit more specific?",
        "I'm confused",
        "I'm not sure what you mean",
        "Do you mean in production?",
        "Should I talk about my current job?",
        "In what sense?",
        "can you put it differently?",
        "Could you give me an example of what you mean?",
        "huh?",
        "i dont understnad",
    ),
    Command.HINT: (
        "hint",
        "Can I have a hint?",
        "could you give me a little hint please",
        "Give me a tip",
        "I need help",
        "help",
        "Can you help me?",
        "do you have any hints?",
        "Where should I start?",
        "show me a hint",
        "can i get a hint",
    ),
    Command.SKIP: (
        "skip",
        "Skip this one.",
        "can we skip this question",
        "let's skip it",
        "pass",
        "I'll pass on this one",
        "I would rather not answer this",
        "I'd rather not answer that.",
        "Next question please",
        "Can we move on?",
        "let's move on to the next question",
        "can we have a different question",
        "next",
        "please skip ahead",
    ),
    Command.PAUSE: (
        "pause",
        "Can we pause here?",
        "can we take a short break",
        "I need a break",
        "brb",
        "I'll be right back",
        "Let's continue tomorrow",
        "can we finish this later",
        "I have to go",
        "sorry, gotta go",
    ),
    Command.WAIT: (
        "hold on",
        "Wait a second",
        "one moment please",
        "Give me a minute",
        "let me think",
        "Let me think about that for a moment.",
        "hmm, let me see",
        "just a sec",
        "hang on a minute",
        "wait, let me think",
        "Give me a second to think",
        "I need more time",
        "I just need a moment",
    ),
    Command.RESUME: ("resume", "Let's continue", "go on", "I'm back", "i am ready", "Continue the interview please"),
    Command.STATUS: (
        "how many questions are left?",
        "How many more questions?",
        "How far are we?",
        "where are we",
        "status",
        "how much longer?",
    ),
    Command.STOP: (
        "stop",
        "Stop the interview.",
        "I want to stop now",
        "Let's end the interview here",
        "can we finish here",
        "quit",
        "I'd like to stop the interview please",
        "please stop",
        "cancel the interview",
        "stop. end interview.",
    ),
    Command.DONE: (
        "done",
        "That's all.",
        "That's it from me.",
        "I'm done",
        "I am finished",
        "end of my answer",
        "that's all I have",
        "nothing more to say",
    ),
    Command.RETRY: (
        "retry",
        "let me try again",
        "can I try it again?",
        "can I go back to question 1?",
        "go back to the previous question",
        "Sorry, that was for the previous question, can I go back?",
    ),
}
REVIEWING = {
    Command.RETRY: (
        "again",
        "try again",
        "Let me try again",
        "Can I try that again?",
        "I want to try it once more",
        "retry",
        "one more time",
        "I would like to answer it again",
        "I'd like to have another go at it",
    ),
    Command.NEXT: (
        "next",
        "Next question",
        "ok",
        "okay, next",
        "go on",
        "Continue.",
        "Thanks!",
        "Thank you.",
        "sure",
        "move on",
        "yes",
    ),
    Command.STOP: ("stop", "end the interview"),
    Command.PAUSE: ("I need a break",),
}
ANSWERS = (
    "I'd ask them to say that again",
    "we paused the rollout",
    "I skip the line for an elderly customer",
    "Explain why it is worth the price.",
    "I don't know",
    "I don’t know.",
    "I have no idea, sorry.",
    "not sure",
    "Say sorry.",
    "Say thank you.",
    "Ask first.",
    "Wait for the manager.",
    "Wait until they are done.",
    "Wait for approval, please.",
    "Hold on to the receipt.",
    "Thinking about the users.",
    "Get help.",
    "Get help from a colleague.",
    "Help them.",
    "Help the customer.",
    "Repeat the order back to the customer.",
    "Stop the rollout.",
    "Stop the rollout and roll back.",
    "Pause the deployment.",
    "Pause for the ambulance.",
    "Pass the customer to my manager.",
    "Pass it on to the manager.",
    "Skip the small talk.",
    "Finish the sale.",
    "End the call politely.",
    "Cancel the order.",
    "Clarify the requirements.",
    "Explain the return policy.",
    "Explain the question they asked in plain words.",
    "Rephrase their question and answer it.",
    "I would ask what they mean.",
    "I asked my manager what she meant.",
    "First I listen, then I repeat what I heard.",
    "Continue with the next customer.",
    "Resume the backup.",
    "Move on to the next customer.",
    "Next I called the customer.",
    "Again and again I tried to reach them.",
    "I'm done with excuses, so I fixed it.",
    "We took a break and then went on.",
    "Where are we going wrong? That was my first thought.",
    "What did the customer say? I wrote it down.",
    "A hint from a colleague helped me.",
    "Give me a minute with the logs and I find it.",
    "Let me think of the customer first.",
    "Ask again later.",
    "Yes.",
    "No",
    "Sure.",
    "It depends.",
    "Redis.",
    "Both.",
    "I have to go through the logs first.",
    "I need help from the database team then.",
    "Status codes tell the client what to do.",
    "I stopped. I listened. I apologised.",
    "How many questions they ask tells me how interested they are.",
    "Not sure what you did before, but I would add an index.",
    "Should I see an error, I roll back at once.",
    "Am I supposed to wait? No, I call the manager.",
    "I'm lost in the details sometimes, so I write lists.",
    "",
    "…",
    "👍",
)
NEVER_MIND = (
    "Never mind.",
    "Oh, nevermind, thanks.",
    "Forget it",
    "It's fine.",
    "No, that is okay.",
    "Leave it as it was, please.",
    "Stop.",
)
REASONS = (
    "I gave a figure: four minutes.",
    "It is not fine, I named the tests.",
    "You forgot what I said about the queue.",
    "I never said that.",
)
LONG = "can you repeat that " * 5


@pytest.mark.parametrize(("command", "text"), [(command, text) for command, some in WISHES.items() for text in some])
def test_a_wish_is_understood(command: Command, text: str) -> None:
    assert wish(text) is command


@pytest.mark.parametrize(("command", "text"), [(command, text) for command, some in REVIEWING.items() for text in some])
def test_a_wish_at_the_feedback_is_understood(command: Command, text: str) -> None:
    assert wish(text, reviewing=True) is command


@pytest.mark.parametrize("text", NEVER_MIND)
def test_whoever_is_asked_for_a_reason_can_say_never_mind(text: str) -> None:
    assert wish(text, objecting=True) is Command.STOP


@pytest.mark.parametrize("text", REASONS)
def test_a_reason_is_no_wish(text: str) -> None:
    assert wish(text, objecting=True) is None


@pytest.mark.parametrize("text", NEVER_MIND[:4])
def test_never_mind_has_no_meaning_elsewhere(text: str) -> None:
    assert wish(text) is None


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_is_no_wish(text: str) -> None:
    assert wish(text) is None


@pytest.mark.parametrize("text", [LONG, "x" * 1000, "please " * 30])
def test_a_long_message_is_no_wish(text: str) -> None:
    assert wish(text) is None
    assert wish(text, reviewing=True) is None


def test_several_short_wishes_count_as_the_first_and_one_answer_among_them_makes_it_an_answer() -> None:
    assert wish("Sorry! Can you repeat that? I didn't catch it.") is Command.REPEAT
    assert wish("Hold on. I need a break.") is Command.WAIT
    assert wish("Can you repeat that? I would use a queue.") is None


@given(st.text(max_size=300), st.booleans())
def test_any_text_at_all_has_an_answer(text: str, reviewing: bool) -> None:  # noqa: FBT001 - drawn
    assert wish(text, reviewing=reviewing) in {None, *Command}


@given(st.sampled_from([(command, text) for command, some in WISHES.items() for text in some]), st.sampled_from("?!. "))
def test_case_and_punctuation_do_not_matter(pair: tuple[Command, str], mark: str) -> None:
    command, text = pair
    assert wish(text.upper() + mark) is command
    assert wish(f"  {text}{mark}{mark}\n") is command
