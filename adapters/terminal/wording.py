"""What only the terminal says: how its keys are used."""

from __future__ import annotations

WELCOME = "Enter sends; an empty line says that this was all. Ctrl-D leaves and keeps everything; /help helps."
ANSWERING = "Enter sends · Enter again: that was all · /hint /repeat /skip /pause /stop /help · Ctrl-D leaves"
BETWEEN = "Enter sends · /interview /history /help · Ctrl-D leaves"
THINKING = "thinking … · Ctrl-D leaves and keeps everything"
NO_FOLDER = "To listen to it, start with --voice-out and a folder: the sound is written there."
TYPE_IT = "Type what you choose, as in “coach 3 senior”."


def enter_takes(label: str) -> str:
    """The keys while a choice is waited for that an empty line would make."""
    return f"Enter takes “{label}” · or type a number or a name · /help · Ctrl-D leaves"


def enter_goes_on(label: str) -> str:
    """The keys while an empty line would go on with an interview, and an answer goes on with it, too."""
    return f"Enter takes “{label}” · or type a number, or your answer · /help · Ctrl-D leaves"


def enter_begins(label: str) -> str:
    """The keys while an interview is put together, whose choices are typed as they stand."""
    return f"Enter takes “{label}” · or type what you choose · /help · Ctrl-D leaves"


def spoken_into(name: str) -> str:
    """Where a reply can be listened to."""
    return f"Spoken into {name}"


def choose_first(label: str) -> str:
    """Something else was typed where a choice must be made first; an empty line would make the one of that label."""
    return f"Please type your choice first, by its number or name, or press Enter for “{label}”."


def no_number(typed: str) -> str:
    """A number that nothing in the newest list has."""
    return f"There is no {typed[:9]} to choose here."
