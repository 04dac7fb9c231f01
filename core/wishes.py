"""Recognises short messages that ask something of the interviewer, such as "can you repeat that?".

Such a wish is never an answer. Only a message that is nothing but a wish counts; "I don't know" is no wish, it is
judged as an answer.
"""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process

from core.events import Command

MAX_WORDS = 14
"""A longer message is an answer, whatever it begins with."""

_OPENERS = re.compile(
    r"^(?:sorry|excuse me|pardon me|oh|um+|uh+|hm+|ok|okay|well|so|hi|hey|hello|please|actually|maybe|and|but|no|yes|"
    r"yeah|thanks|thank you|do you mind|would you mind|"
    r"(?:can|could|would|will|may|might|shall) (?:you|we|i)(?: please| just| maybe| kindly)?|"
    r"let us|lets|i want (?:you )?to|i would like (?:you )?to|id like (?:you )?to|i need (?:you )?to|"
    r"i think (?:i|we)(?: will| would| should)?|(?:ill|i will|id|i would) rather|just)\s+"
)
_CLOSERS = re.compile(
    r"\s+(?:please|thanks|thank you|sorry|if possible|if you can|if you dont mind|if that is ok|if thats ok|for me|now|"
    r"right now|then|though|first|ok|okay)$"
)
_THING = (
    r"(?: (?:that|it|this|the|your|this one|that one|last|whole|question|one|for me|to me|part|again|once more|"
    r"one more time))"
)
_MOMENT = (
    r"(?:(?:just )?(?:a|one|another|some) (?:short |little |quick )?"
    r"(?:moment|minute|minutes|second|seconds|sec|bit|while|time|more time)|(?:a (?:bit|little) )?more time)"
)

_PATTERNS: dict[Command, tuple[str, ...]] = {
    Command.REPEAT: (
        r"(?:repeat|repeating)<thing>*",
        r"(?:say|ask|read)<thing>+",
        r"come again",
        r"pardon",
        r"again",
        r"once more",
        r"one more time",
        r"what was (?:that|it|the question|your question|the last question|the last part)(?: again)?",
        r"what did you (?:say|ask)",
        r"i (?:didnt|did not|couldnt|could not) (?:quite )?(?:catch|hear|get|read)<thing>*",
        r"i missed<thing>*",
        r"what is the question(?: again)?",
        r"whats the question(?: again)?",
        r"say what",
        r"(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day))(?: (?:there|again|bot))?",
    ),
    Command.CLARIFY: (
        r"what (?:do|did) you (?:\w+ )?mean(?: (?:by|with) .*| there| exactly)?",
        r"what does (?:that|it|this) mean",
        r"meaning",
        r"i (?:dont|do not|didnt|did not|cant|cannot) (?:\w+ )?(?:understand|follow|get)<thing>*(?: what you .*)?",
        r"(?:clarify|explain|rephrase|reword|simplify|elaborate|elaborate on|specify|expand on)<thing>*",
        r"(?:be )?(?:a bit |a little )?more specific",
        r"what exactly (?:do|are) you .*",
        r"what are you (?:asking|looking for|after).*",
        r"what (?:do|would) you (?:want|like) (?:me )?to (?:know|hear|say|answer|talk about).*",
        r"in what (?:sense|way)",
        r"(?:why|what for) (?:do|did|would) you (?:ask|want to know).*",
        r"(?:who|what) are you(?: .*)?",
        r"are you (?:a |an )?(?:real |really )?(?:bot|robot|human|person|machine|ai|serious|sure)",
        r"(?:im|i am) (?:\w+ )?(?:confused|lost)<thing>*",
        (
            r"(?:(?:im|i am) )?not (?:quite |really )?sure (?:what (?:you (?:mean|want|ask|are .{5,40})|"
            r"(?:that|this|it) means|(?:im |i am )?(?:supposed )?to (?:say|answer|do))|"
            r"(?:if |that )?i (?:understand|follow|get)<thing>*)"
            r"(?: (?:by|with) .*| here| exactly)?"
        ),
        r"(?:do you mean|you mean|are you asking|do you want me to) .*",
        r"(?:should i|shall i|am i supposed to)(?: (?!i )\w+)+",
        r"huh",
        r"(?:put|say) (?:it|that|this) (?:differently|another way|in other words)",
        r"i dont know what you mean",
        r"explain what you mean.*",
        r"(?:give me )?an example(?: of what you mean)?",
        r"what",
        r"what kind of \w+ do you mean",
    ),
    Command.HINT: (
        (
            r"(?:give me |have |get |need |i need |i could use |show me )?(?:a |an |another |some |any )?"
            r"(?:little |small )?(?:hints?|tips?|clues?|pointers?)"
        ),
        r"(?:give me |need |i need |i could use |get (?=some|any|a ))?(?:a |some |any )?(?:little |bit of )?help",
        r"help me(?: out)?(?: a bit| a little| here| with .*)?",
        r"do you have (?:a |any )(?:hints?|tips?)",
        r"where (?:do|should) i (?:start|begin)",
        r"how (?:do|should) i (?:start|begin)",
    ),
    Command.SKIP: (
        r"(?:ill |i will )?skip(?:ping)?(?: (?:it|this|that|the|one|question|follow ?up|ahead|over|to|next|this one))*",
        r"(?:ill |i will )?pass(?: on)?(?: (?:it|this|that|one))*",
        r"(?:go to )?(?:the )?next(?: question| one)?",
        r"move on(?: to (?:the )?next(?: one| question)?)?",
        r"not answer(?: this| that| it)?",
        r"(?:have )?(?:a |the )?(?:another|different) question",
    ),
    Command.PAUSE: (
        r"pause(?: (?:it|this|here|the interview|for (?:today|lunch|<moment>)))?",
        r"(?:take|have|need|i need)? ?(?:a )?(?:short |little |quick )?break",
        r"brb",
        r"(?:i will |ill )?be right back",
        r"(?:continue|go on|do this|finish(?: this)?) (?:later|tomorrow|another time)",
        r"i (?:have|need|got) to go",
        r"gotta go",
    ),
    Command.WAIT: (
        (
            r"(?:hold on|hang on|wait|let me think|let me see|(?:(?:im|i am) )?thinking"
            r"|(?:give me |i (?:just )?need )?<moment>)"
            r"(?: (?:about|on) (?:it|that|this))?(?: (?:for )?<moment>)?(?: (?:let me|im|i am|to) think(?:ing)?)?"
            r"(?: about (?:it|that|this))?"
        ),
    ),
    Command.RESUME: (
        r"resume(?: the interview)?",
        r"continue(?: the interview)?",
        r"go on",
        r"carry on",
        r"keep going",
        r"(?:im|i am) back",
        r"(?:im|i am) ready(?: to .*)?",
    ),
    Command.STATUS: (
        r"how many (?:more )?(?:questions )?(?:are )?(?:left|remain(?:ing)?|to go|to come|more)(?: questions)?",
        r"how many questions(?: (?:are|do|will|is|in|remain) .*)?",
        r"how far (?:am i|are we)",
        r"where are we",
        r"how much longer",
        r"status",
    ),
    Command.STOP: (
        (
            r"(?:stop|end|finish|quit|abort|cancel|exit)"
            r"(?: (?:it|this|here|now|the interview|interview|this interview|everything))*"
        ),
        r"(?:im|i am) done with (?:this|the) interview",
        r"(?:i )?give up on (?:this|the) interview",
        r"no more questions",
    ),
    Command.RETRY: (
        r"retry",
        r"redo",
        r"(?:let me )?try (?:it |this |that )?(?:again|once more)",
        r"(?:go|come|get|jump) back(?: to)?(?: (?:the|my|your|previous|last|first|earlier|other|question|one|\d+))*",
        (
            r"(?:(?:that|this|it) was |that is |thats )?(?:meant )?for (?:the )?(?:previous|last|other|first) "
            r"(?:question|one)"
        ),
    ),
    Command.DONE: (
        r"(?:thats|that is) (?:it|all)(?: from me| i have| i can say| i know| i got| there is)?",
        r"nothing (?:more|else)(?: to (?:say|add))?",
        r"(?:im|i am) (?:done|finished)",
        r"done",
        r"finished",
        r"end of (?:my )?answer",
    ),
}
"""What is left of a wish once polite openers and closers are taken away; `<thing>` and `<moment>` are `_THING` and
`_MOMENT`."""
_REVIEWING: dict[Command, tuple[str, ...]] = {
    Command.RETRY: (
        r"(?:try|do|answer|go|have another go)(?: (?:it|that|this|one|question|the))*(?: again| once more| at it)?",
        r"again",
        r"retry",
        r"redo",
        r"once more",
        r"one more time",
        r"another try",
        r"second try",
        r"let me try again",
    ),
    Command.NEXT: (
        r"(?:go to )?(?:the )?next(?: question| one)?",
        r"continue",
        r"go on",
        r"move on",
        r"carry on",
        r"proceed",
        r"yes",
        r"ok",
        r"okay",
        r"sure",
        r"fine",
        r"good",
        r"ready",
        r"skip(?: it| this)?",
        r"go ahead",
        r"keep going",
        r"got it",
        r"thanks",
        r"thank you",
        r"thats (?:good|fine)",
    ),
}
"""What has a meaning of its own while the candidate looks at feedback."""
_OBJECTING: dict[Command, tuple[str, ...]] = {
    Command.STOP: (
        r"never ?mind(?: (?:that|it|this))?",
        r"forget (?:it|that|about it|about that)",
        r"(?:leave|drop) (?:it|that)(?: as it (?:is|was))?",
        r"(?:its|thats|(?:it|that) is) (?:fine|ok|okay|all right)",
    ),
}
"""What has a meaning of its own while the candidate is asked for a reason to disagree."""


def _compiled(patterns: dict[Command, tuple[str, ...]]) -> tuple[tuple[Command, re.Pattern[str]], ...]:
    return tuple(
        (command, re.compile("|".join(alternatives).replace("<thing>", _THING).replace("<moment>", _MOMENT)))
        for command, alternatives in patterns.items()
    )


_COMPILED = _compiled(_PATTERNS)
_COMPILED_REVIEWING = _compiled(_REVIEWING) + _COMPILED
_COMPILED_OBJECTING = _compiled(_OBJECTING) + _COMPILED

_KEYWORDS = (
    "again",
    "break",
    "catch",
    "clarify",
    "confused",
    "continue",
    "different",
    "elaborate",
    "explain",
    "finish",
    "interview",
    "later",
    "little",
    "minute",
    "moment",
    "pardon",
    "pause",
    "please",
    "question",
    "questions",
    "rephrase",
    "repeat",
    "resume",
    "second",
    "simplify",
    "sorry",
    "specific",
    "stop",
    "thank",
    "thanks",
    "think",
    "tomorrow",
    "understand",
)
_TYPO_SCORE = 80


def wish(text: str, *, reviewing: bool = False, objecting: bool = False) -> Command | None:
    """The command that a message asks for if it is nothing but a wish, else None.

    `reviewing` is true where the candidate looks at feedback and "again" and "next" have their own meaning there,
    `objecting` where they are asked for a reason and may say "never mind".
    """
    plain = _plain(text)
    if plain is None:
        return None
    patterns = _COMPILED_REVIEWING if reviewing else _COMPILED_OBJECTING if objecting else _COMPILED
    if whole := _match(plain, patterns):
        return whole
    plains = (part for part in map(_plain, re.split(r"[.,;!?\n]+", text)) if part)
    parts = [_match(part, patterns) for part in plains if not _OPENERS.fullmatch(f"{part} ")]
    return next((part for part in parts if part), None) if all(parts) else None


def _match(plain: str, patterns: tuple[tuple[Command, re.Pattern[str]], ...]) -> Command | None:
    for form in _forms(plain):
        for command, pattern in patterns:
            if pattern.fullmatch(form):
                return command
    return None


def _plain(text: str) -> str | None:
    """Lower-case words without punctuation, with typos of key words mended; None when too long for a wish."""
    if len(text) > MAX_WORDS * 12:
        return None
    found = re.findall(r"\w+", text.lower().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))
    if not 0 < len(found) <= MAX_WORDS:
        return None
    return " ".join(_mended(word) for word in found)


def _mended(word: str) -> str:
    """The key word that a longer word is a typo of, else the word itself."""
    if len(word) < 5 or word in _KEYWORDS:  # noqa: PLR2004 - short words have too many neighbours
        return word
    match = process.extractOne(word, _KEYWORDS, scorer=fuzz.ratio, score_cutoff=_TYPO_SCORE)
    return match[0] if match and match[0][0] == word[0] and abs(len(match[0]) - len(word)) <= 1 else word


def _forms(plain: str) -> list[str]:
    """The message as it stands, and with one more polite opener or closer taken away each time."""
    forms = [plain]
    while True:
        shorter = _CLOSERS.sub("", _OPENERS.sub("", forms[-1], count=1), count=1)
        if shorter == forms[-1]:
            return forms
        forms.append(shorter)
