"""What only Discord makes necessary to say; every other sentence comes from the core."""

from __future__ import annotations

NOT_UNDERSTOOD = (
    "I take text and voice notes only, so I could not take that message. Please write or record what you want to say."
)
TEXT_ONLY = "I take text only, so I could not take that message. Please write what you want to say."
FORWARDED = "That is a forwarded recording; please record your answer yourself."
TOO_MANY_SOUNDS = (
    "I listen to the first five sounds of a message, so I left the others out. Please send them in another message."
)
TOO_MANY = "That was too much at once, so I left your last message out. Please wait a moment and send it again."
NOT_SAVED = "I could not take your last message, as I cannot save anything just now. Please try again in a few minutes."
LOST = "Something went wrong on my side, and I could not take that. Please try again."
CATCHING_UP = (
    "I am still reading what was written while I was away, so nothing was changed. Please try again in a moment."
)
HERE_INSTEAD = "We go on here, where nobody else reads along."
IN_A_THREAD = (
    "Your direct messages are closed to me, so we go on in this thread. The moderators of this server can read along. "
    "In a server I cannot read what you write: please press Answer below a question and write there."
)
NOT_YOURS = "This interview is somebody else's, so nothing was changed. /interview start leads you to one of your own."
MOVED = "We go on here: {link}"
CLOSED = (
    "I cannot write to you: your direct messages are closed to me, and I may not make a private thread here. "
    "Allow direct messages from this server, or write to me directly, and try again."
)
NOT_DONE = "Discord did not let me through just now, so nothing was changed. Please try again in a moment."
CHOSEN = "› {label}"  # noqa: RUF001 - the sign that stands before what was chosen
MORE = "There is more to choose from:"
ANSWER = "Answer"
YOUR_ANSWER = "Your answer"
