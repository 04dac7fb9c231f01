"""Tells what an interviewer does not say, whoever words it: praise, verdicts, grades, code, and what nobody told it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.assessment import find_quote
from core.interviewers.lexicon import row
from core.interviewers.orders import is_order
from core.interviewers.patterns import AT_A_WORD, together
from core.text import has_words, lowered, sentences, stem, stems

if TYPE_CHECKING:
    from collections.abc import Sequence

_CODE = re.compile(
    r"[{}\[\]<>|\\`*_=@]|(?<!\w)#|https?:|www\.|(?:^|[\s“\"(])/\w"
    r"|\b[\w-]+\.(?:com|org|net|io|ly|me|gg|de|dev|app|link|xyz|info)\b"
)
_GRADES = re.compile(
    r"\b(?:levels?|score[sd]?|grade[sd]?|ratings?)\s*(?:of\s*)?[:=]?\s*(?:[1-5]|one|two|three|four|five)\b"
    r"|\b[1-5]\s*(?:/|out of)\s*(?:5|10|five|ten)\b|\b(?:full|top) marks\b|\b(?:rubrics?|system (?:message|prompt)s?"
    r"|language model|instructions? (?:i|you) (?:was|were|have|had)|as an ai)\b"
)
# Words of grading and of the machine; they may be used where the candidate, or the question, used them.
_SHOP_TALK = frozenset(
    stem(word)
    for word in row("""
    level score grade grading rating criterion criteria assessment evaluation prompt json schema
    """)
)
_GOOD = (
    r"(?:great|excellent|good|nice|perfect|fantastic|impressive|wonderful|amazing|outstanding|brilliant|awesome|superb"
    r"|terrific|exemplary|lovely|interesting|remarkable|splendid)"
)
_PRAISE = (
    # It begins with praise, and that is a sentence, stands before a comma, or is about what was said.
    r"^\W*(?:(?:that|this|it|what)(?:['’]s| is| was| sounds?| seems?)?\s+)?"
    r"(?:an? |such |really |very |quite |so |truly |all )*"
    + _GOOD
    + r"\b(?:[^?]*[.!]|[^?]{0,40}[,!;:–—-]|\s+(?:answer|job|work|point|start|example))",
    r"\bwell done\b|\bcongratulations\b|\bbravo\b|\bkudos\b|\b(?:good|great|nice|excellent) (?:job|work|answer)\b",
    r"\bi(?:['’]m| am) (?:very |really |so |truly )?impressed\b",
    r"\bi (?:really |very much )?(?:love|like|liked|loved|enjoyed|appreciate|admire) (?:how|that|the|your)\b",
    r"\byou(?:['’]ve| have)? (?:did|done|are doing|handled|answered) (?:\w+ ){0,3}(?:well|great|perfectly)\b",
    r"\byour answer (?:is|was) (?:very |really |already |so )*" + _GOOD + r"\b",
)
_VERDICTS = (
    (
        r"\byou (?:did|have done|are doing|performed|handled)\b[^.!?]{0,25}\b"
        r"(?:brilliantly|excellently|superbly|perfectly|wonderfully|badly|poorly|terribly|horribly|awfully|great)\b"
    ),
    (
        r"\b(?:hire|hiring|employ|recruit|reject|promote|fire) you\b|\byou(?:['’]re| are| will be)"
        r" (?:hired|rejected|out)\b"
    ),
    (
        r"\byou(?:['’]ve| have)? (?:failed|passed)(?=\s*[.!,:;]|\s+(?:this|the|your|my)\s+(?:interview"
        r"|question|test)|\s*$)"
    ),
    r"\binterview\b[^.!?]{0,30}\b(?:over|ends?|ended|finished|done|closed)\b|\blast words\b",
    r"\b(?:end|stop|finish|close|leave|quit)\b[^.!?]{0,12}\b(?:this|the|your) interview\b",
    r"\b(?:best|worst|strongest|weakest|ideal|perfect) (?:candidate|applicant|interview|person)\b",
    (
        r"\byou(?:['’]re| are| seem| sound| look)(?: like)?(?: (?:an?|the|so|very|really|truly|clearly|not"
        r"|too|such|quite))*"
        r"(?: \w+)? (?:candidate|genius|star|natural|fool|liar|lying|stupid|smart"
        r"|clever|talented|gifted|brilliant|weak"
        r"|strong|incompetent|lazy|excellent|amazing|impressive|unprepared|overqualified|unsuitable|suitable)\b"
    ),
)
_OPINIONS = together((*_PRAISE, *_VERDICTS), AT_A_WORD)
_SECRETS = re.compile(
    r"\byour (?:\w+ ){0,2}(?:passwords?|passcode|passphrase|pin|bank|iban|credit card|card number"
    r"|account number|passport"
    r"|social security|date of birth|home address|phone number|salary)\b"
    r"|\bhow old are you\b|\bwhere (?:were you born|do you live)\b|\b(?:do|will) you (?:have|want|plan) (?:\w+ )?"
    r"(?:children|kids|a family|a baby)\b|\b(?:did|do|will) you vote\b|\bare you (?:ill|sick|healthy"
    r"|disabled|single)\b"
)
# Private life and secrets; a candidate who works with them may be asked about them.
_PRIVATE = frozenset(
    stem(word)
    for word in row("""
    password passcode passphrase pregnant pregnancy married marry marriage marital divorced spouse husband wife
    boyfriend girlfriend religion religious church mosque sexual sexuality gay lesbian disability ethnic ethnicity
    nationality birthday iban
    """)
)
_QUOTED = re.compile(
    r"“([^”]*)|\"([^\"]*)|«([^»]*)|„([^“”]*)|‘([^’]+)’(?!\w)|(?<!\w)'([^']+)'(?!\w)",
)
_PERSON = re.compile(r"\b(?:this|the) (?:candidate|applicant)\b", re.IGNORECASE)


def is_unfit(text: str, heard: Sequence[str]) -> bool:
    """Whether a remark praises, judges, grades, holds code, asks for private things, or quotes what was never said.

    `heard` is what the candidate said and what they were asked; words that stand there may be spoken of.
    """
    small = lowered(text)
    if _CODE.search(small) or _GRADES.search(small) or _SECRETS.search(small):
        return True
    pieces = sentences(text)
    if any(pattern.search(lowered(one)) for one in pieces for pattern in _OPINIONS) or any(map(is_order, pieces)):
        return True
    spoken = (_SHOP_TALK | _PRIVATE).intersection(stems(text))
    known = (one for said in heard for one in stems(said)) if spoken else ()
    return bool(spoken.difference(known)) or not _is_quoted_well(text, heard)


def speaks_of_candidate(text: str) -> bool:
    """Whether a remark speaks about the candidate instead of to them."""
    return _PERSON.search(text) is not None


def _is_quoted_well(text: str, heard: Sequence[str]) -> bool:
    spans = ("".join(filter(None, match.groups())) for match in _QUOTED.finditer(text))
    return all(find_quote(span, "\n".join(heard)) is not None for span in spans if has_words(span))
