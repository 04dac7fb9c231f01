"""Every sentence of the rules interviewer that a candidate sees, and the templates it is made from."""

from __future__ import annotations

from core.interviewers.guards import Guard

LEAD_INS = (
    "You said “{quote}”. {probe}",
    "Let us stay with “{quote}”. {probe}",
    "Let me come back to “{quote}”. {probe}",
    "You mentioned “{quote}”. {probe}",
)

ASK_OWN_PART = "What was your own part in that?"
ASK_MORE_OF_OWN_PART = "And what else did you do yourself?"
ASK_RESULT = "What was different afterwards because of what you did?"
ASK_SUCCESS = "How do you see whether it has worked?"
ASK_FIGURE = "Can you put a figure on that: how many, how long or how much?"

COVERED = "You said {point}."
HAS_FIGURE = "The figure makes it easy to picture."
HAS_OWN_PART = "It is clear what you did yourself."
HAS_RESULT = "You said what it led to."

MISSED = "I did not clearly hear {point}; nearest to it was this:"
NOT_HEARD = "I did not hear {point}."
HALF_SAID = "You only touched on {point}, here:"
SAY = "Next time, say outright {point}."
NO_OWN_PART = "It is not clear what you did yourself."
LITTLE_OWN_PART = "You name only one thing that you did yourself."
SAY_OWN_PART = "Say “I” where it was you, and name two or three things that you did."
NO_RESULT = "It stays open how it went on from here."
SAY_RESULT = "End with what was different afterwards, and how you know."
NO_SUCCESS = "It stays open how you see whether this works."
SAY_SUCCESS = "End with how you see that it has worked, or with one case in which it did."
NO_FIGURE = "A figure would help to picture this."
SAY_FIGURE = "Add one figure: how many, how long, or by how much it changed."
GENERAL = "This could be said by anybody."
SAY_EXAMPLE = "Tell one case that really happened: when, what you did, and what came of it."
PADDED = "This part adds little."
SAY_LESS = "Leave it out, or put an example in its place."

NOT_WEIGHED = {
    Guard.NON_ANSWER: "This was not an answer to the question.",
    Guard.ECHO: "This repeats the question without answering it.",
    Guard.KEYWORDS: "This is a list of words; it does not show what you did with them.",
    Guard.EMPTY_TALK: "This stays so general that nothing in it can be assessed.",
    Guard.OFF_TOPIC: "This was about something else than the question.",
    Guard.ORDERS: "This speaks to whoever grades and does not answer the question.",
}
BEGIN_WITH = "Begin with one sentence that says {point}."
INSTEAD = {
    Guard.NON_ANSWER: "If you have no case of your own, say what you would do.",
    Guard.ECHO: "Go straight to one case that really happened.",
    Guard.KEYWORDS: "Take one or two of these words and tell what you did with them, and why.",
    Guard.EMPTY_TALK: SAY_EXAMPLE,
    Guard.OFF_TOPIC: "Stay with the question and take a case from your work.",
    Guard.ORDERS: "Answer the question itself.",
}

BLANK_SITUATION = "[say when and where this was]"
BLANK_OWN_PART = "[say what you did yourself]"
BLANK_FIGURE = "[add a figure: how many, how long or how much]"
BLANK_RESULT = "[say what came of it and how you know]"
BLANK_POINT = "[say {point}]"

SITUATION = "the situation"
OWN_PART = "your own part"
RESULT = "the result"
FIGURE = "a figure"
MOVED = "The result now comes last."
LEFT_OUT_ONE = "One sentence that adds nothing is left out."
LEFT_OUT = "{count} sentences that add nothing are left out."
LEFT_OUT_BRACKETS = "What had square brackets in it is left out, because they mark the blanks."
LEFT_OUT_RUN_UP = "Filler at the beginning of a sentence is left out."
NOTHING_KEPT = "Nothing of the answer could be kept, so this is a form to fill in."
ADDED_BLANKS = "Blanks show where these belong: {parts}."
