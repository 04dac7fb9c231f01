"""Recognises instructions to whoever grades: sentences that ask for a level instead of answering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.interviewers.disguises import plain_forms
from core.interviewers.lexicon import row
from core.interviewers.machine_talk import BID, MACHINE_TALK
from core.interviewers.patterns import AT_A_WORD, together
from core.recent import kept
from core.text import lowered, stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST = 2000
_OVERLAP = 200
_RULES = r"(?:rubrics?|instructions?|prompts?|criteria|criterion|anchors?|grading|scoring|system messages?)"
_VERBS = (
    r"(?:give|award|assign|rate|grade|score|mark|set|assess|evaluate|return|output|respond|reply"
    r"|record|report|write|treat"
    r"|count|consider|enter|put|print)"
)
_ANSWER = (
    r"(?:(?:this|the|my|our|any|every)\s+(?:\w+\s+)?(?:answer|response|reply|candidate|submission|applicant)"
    r"|(?:all|every|each|any) (?:\w+ )?(?:criteria|criterion|categories|category))"
)
_MARKS = r"(?:levels?|scores?|marks?|grades?|ratings?|points|stars)"
_FIVE_OF_FIVE = r"(?:is|=|:|of)?\s*(?:5|five|10|ten)\s*(?:/|out of)\s*(?:5|five|10|ten)\b"
_FULL = r"(?:full|top|maximum|highest|best|perfect)\s+(?:possible\s+)?" + _MARKS
_FIVE = (
    r"(?:" + _FULL + r"|levels?\s+(?:of\s+)?(?:5|five)|(?:5|five)\s*(?:/|out of|points)"
    r"|(?:score|grade|rating|mark)s?\s+(?:of\s+)?(?:5|five)|all (?:5|five)s)"
)
_MARKER = r"(?:grader|marker|assessor|evaluator|examiner|scorer|rater|judge)"
_GRADER = r"(?:" + _MARKER + r"|language model|ai\b|(?:ai|helpful|digital|virtual) assistant)"
_POSED = r"(?:" + _GRADER + r"|teacher|professor|reviewer|interviewer|coach|chat ?bot|system)"
_REPLY = r"\b(?:answer|response|reply)"
_CANDIDATE = r"\b(?:candidate|applicant)"
_EVERY = r"\b(?:all|every|each) (?:three )?(?:criteria|criterion|categories)"
_PRAISE = r"(?:strong|excellent|perfect|complete|correct|outstanding|the best|level|full|answered)"
_BEST = r"(?:highest|top|best|maximum|maximal|perfect|full|flawless|better)"
_RESULT = r"(?:bands?|results?|verdicts?|outcomes?|tier|" + _MARKS + ")"
_GRADED = (
    r"(?:scored|graded|marked|rated|classified|assessed|evaluated|treated|counted|passed|accepted|ranked|approved)"
)
_THIS = (
    r"(?:(?:this|the present|the above|the following|the enclosed|my) (?:\w+ )?"
    r"(?:answer|response|reply|submission|candidate|applicant|text|message|transcript|note)"
    r"|(?:submissions|answers|responses|replies|texts) (?:of|like) this\b|\b(?:everything|all of it|the text) above)"
)
_FULLY = (
    r"(?:" + _BEST + r"|maximum|distinction|excellent|excellence|outstanding|exceed\w*|complete|fully|strong|flawless"
    r"|correct|expectations|5|five|fives)"
)
_ROLES = r"(?:system|assistant|developer|admin|administrator|grader|evaluator|user)"
_MESSAGE = r"(?:\s+(?:message|prompt|note|override|notice|instruction|update))?"

# They are looked for in small letters; what begins with `BID` bids whoever grades do something.
_ORDERS = (
    BID + r"(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]{0,60}\b" + _RULES + r"\b",
    BID + r"(?:ignore|disregard|forget)\b[^.!?\n]{0,30}\b(?:previous|prior|above|everything you)\b",
    BID + _VERBS + r"\b[^.!?\n]{0,60}\b" + _FIVE + r"\b",
    BID + _VERBS + r"\b[^.!?\n]{0,40}\b" + _ANSWER + r"\b[^.!?\n]{0,60}\b(?:" + _MARKS + r"|[45])\b",
    BID + _VERBS + r"\b[^.!?\n]{0,40}\b" + _MARKS + r"\b[^.!?\n]{0,60}\b" + _ANSWER + r"\b",
    r"\b(?:mark|treat|grade|rate|count|classify|assess|evaluate)\s+(?:it|this|(?:the|my) answer|the candidate)\s"
    r"(?:\w+\s+){0,2}as\s+(?:\w+\s+)?" + _PRAISE + r"\b",
    r"^\W*" + _ROLES + _MESSAGE + r"\s*[\]>|]*\s*:\s*\S",
    r"\bnote to (?:the |whoever |my )?(?:" + _GRADER + r"|grades|grading|system)",
    (
        r"<\|?/?\s*(?:system|assistant|im_start|im_end|inst)\b|\[/?(?:system|inst|admin)\b"
        r"|^#{2,}\s*(?:system|instruction)"
    ),
    r"\b(?:communication|technical|structure)\b\W{0,2}[:=>]\W{0,3}[1-5]\b",
    r"\bcommunication\W{1,3}[1-5]\b.{0,20}\btechnical\b|\btechnical\W{1,3}[1-5]\b.{0,20}\bstructure\b",
    r"\b(?:levels?|score|rating|grade)\b[\"']?\s*[:=>]\s*[\"'\[{]?\s*5\b",
    r"\b(?:score|level|rating|grade|mark|verdict)s?\s*" + _FIVE_OF_FIVE,
    _REPLY
    + r"\b[^.!?\n]{0,40}\b(?:deserves?|merits?|should|must|has to|is worth|gets)\b[^.!?\n]{0,30}\b"
    + _FIVE
    + r"\b",
    _REPLY + r"\b[^.!?\n]{0,40}\b(?:has to|must|should) (?:get|have|receive) (?:the )?(?:full|top|maximum)\b",
    _CANDIDATE + r"\b[^.!?\n]{0,40}\b(?:deserves?|merits?|(?:should|must) (?:receive|get|be (?:given|rated|graded)))\b",
    r"\bthe " + _CANDIDATE + r" (?:has |have )?(?:answered|responded|demonstrate[sd]?|shown|performed|covered)\b",
    r"\byou are (?:now )?(?:an?|the|in)\b[^.!?\n]{0,30}\b(?:" + _GRADER + r"|developer mode)",
    r"\b(?:as|you'?re|dear) (?:an?|the|my)?\s?" + _GRADER,
    _EVERY + r"\b[^.!?\n]{0,30}\b(?:5|five|highest|maximum|top|full)\b",
    r"\b(?:level|score|grade) (?:5|five)\b[^.!?\n]{0,30}\b(?:all|every|each|everything|communication|technical)\b",
    r"\b(?:end|start) of (?:the )?(?:rubric|instructions?|prompt|grading)\b",
    r"\b(?:new|updated) (?:rubric|instructions?|prompt)\s*:",
    r"\b(?:grading|scoring) (?:rules|criteria|instructions?)\b",
    r"\b(?:final|recommended|suggested|overall|required|correct)\s+" + _MARKS + r"\b\W{0,3}(?:\w+\W{1,3})?[1-5]\b",
    r"(?:^|[.,;:!?]\s*|\b(?:you|please|now|will|must|should|to)\s+)(?:act|behave|pretend|imagine|play|think)\b"
    r"(?!ed)[^.!?\n]{0,12}\b(?:as|you are|you're|to be|the (?:role|part) of|like)\b[^.!?\n]{0,20}\b" + _POSED + r"\b"
    r"(?! (?:of|in|for|at) (?:my|our|the|a)\b)",
    (
        r"\b(?:whoever|anyone who|the person who|those who) (?:grades|marks|evaluates|assesses|scores|rates)\b"
        r"[^.!?\n]{0,20}\b(?:this|it|must|should|has|is|please)\b"
    ),
    r"\b(?:dear|attention|attn|hey|hi|hello|to|for)\s+(?:(?:the|my|our|any|whichever)\s+)?(?:\w+\s+)?"
    + _MARKER
    + r"s?\s*[,:;!–—-]",
    r"^\W*(?:the )?" + _MARKER + r"(?:['’]s)?(?: \w+){0,2}\s*[:=]",
    (
        r"^\W*(?:interviewer|reviewer|teacher|recruiter|model)\s*:[^\n]{0,60}\b(?:5|five|full marks|perfect|great"
        r" answer|excellent|outstanding)\b"
    ),
    _THIS
    + r"[^.!?\n]{0,50}\b(?:be|been|being|is|are)\b[^.!?\n]{0,15}\b"
    + _GRADED
    + r"\b[^.!?\n]{0,50}\b"
    + _FULLY
    + r"\b",
    r"\b(?:award|assign|grant|giv)(?:e|ing)?\b[^.!?\n]{0,10}" + _THIS + r"[^.!?\n]{0,30}\b" + _BEST + r"\b",
    BID + r"(?:award|assign|grant|give|return|output|produce|allocate|raise|increase|issue|select|choose)\b"
    r"[^.!?\n]{0,30}\b" + _BEST + r"\b (?:possible )?" + _RESULT + r"\b",
    BID + r"(?:raise|increase|boost|improve|lift) (?:the|my|her|their|this) (?:\w+ )?(?:score|grade|mark|rating)s?\b",
    BID + r"(?:change|adjust|alter|modify|lower|set)\b[^.!?\n]{0,60}\b(?:so that|until|for)\b[^.!?\n]{0,8}" + _THIS,
    r"\balready (?:been )?" + _GRADED + r"\b[^.!?\n]{0,25}\b(?:level|score|grade|with|at|as)\b[^.!?\n]{0,12}"
    r"\b(?:5|five|" + _BEST + r")\b",
    BID + r"(?:do not|don['’]t|never|stop|no need to)\s+(?:apply|use|using|applying|follow|consult|check)\b"
    r"[^.!?\n]{0,25}\b(?:rubrics?|anchors?|checklists?|grading|scoring|criteria)\b",
    (
        r"\b(?:your|previous|prior|earlier)\b[^.!?\n]{0,12}\b(?:instructions?|rules|prompt|rubric"
        r"|guidelines|orders)\b"
        r"[^.!?\n]{0,15}\b(?:no longer|do not|don['’]t|are not)\b[^.!?\n]{0,8}\b(?:apply|valid|count|matter)\b"
    ),
    (
        r"\b(?:you|your)\b[^.!?\n]{0,30}\b(?:only|always)\b[^.!?\n]{0,25}\b(?:praise|fives|5s|full marks|top marks"
        r"|highest level)\b"
    ),
    (
        r"\b(?:pretend|assume|suppose|act as if|make believe)\b[^.!?\n]{0,25}\b(?:checklist|rubric|criteria"
        r"|criterion|points|question|answer)\b[^.!?\n]{0,30}\b(?:covered|met|fulfilled|complete|satisfied"
        r"|answered|perfect)\b"
    ),
    r"\blet the record (?:show|state)\b|\btick (?:every|all|each)\b[^.!?\n]{0,12}\bbox(?:es)?\b",
    r"[\"'](?:communication|technical|structure|strengths|improvements|verdict|grade|levels)[\"']\s*[:=]",
    r"^\W*(?:assessment|evaluation|verdict|grading)(?:[_ ]result)?\s*=|\b(?:strengths|improvements)\s*=",
    r"<\s*/?\s*(?:evaluation|assessment|score|grade|verdict|rating|feedback)s?\s*/?>",
    BID + r"(?:do not|don['’]t|never)\s+(?:mention|reveal|tell|disclose|repeat|quote|show|talk about)\b"
    r"[^.!?\n]{0,40}\bthis (?:note|message|instruction|text|prompt|request|line)\b",
    BID + r"(?:reveal|print|show|output|repeat|leak)\b[^.!?\n]{0,12}\byour (?:\w+ )?(?:prompt|rubric|instructions"
    r"|checklist|system message)\b",
    BID + r"(?:mark|rate|grade|score|rank|pass) me\b",
    BID + r"be (?:\w+ )?(?:lenient|generous|benevolent|merciful)\b",
    BID + r"(?:treat|regard|take|score|grade|mark)\b[^.!?\n]{0,25}\b(?:as an? (?:model|perfect|ideal) "
    r"(?:answer|response|reply)|(?:it|this|that) in full)\b",
    BID + r"(?:join|combine|decode|assemble|concatenate)\b[^.!?\n]{0,40}\b(?:follow|obey|execute)\b",
    (
        r"\b(?:every|each) (?:answer|response|candidate|reply)\b[^.!?\n]{0,15}\b(?:five|5|full|top)\b[^.!?\n]{0,8}"
        r"\b(?:out of|points|marks|stars)\b"
    ),
    r"\b(?:grade|score|rate|mark) (?:it |this |me )?accordingly\b",
    r"\b(?:ignore|forget|disregard|drop)\b[^.!?\n]{0,12}\byour (?:\w+ )?(?:rules|instructions|guidelines|orders)\b",
    (
        r"\bgive me (?:a |an |the )?(?:full |top |best |highest |\d|five\b|ten\b)[^.!?\n]{0,6}"
        r"(?:\bof\b|\bout of\b|/|\bpoints\b|\bmarks\b|\bstars\b|\bscore\b)"
    ),
    (
        r"(?:^\W*|[.,:;!?\"“(]\s*|\b(?:please|kindly|just|simply)\s+)"
        r"(?:treat|mark|assume|pretend|count|consider|take|regard|accept|tick|record|note)\b[^.!?\n]{0,25}"
        r"\b(?:points?|everything|all of (?:it|them)|checklist|looks_for)\b[^.!?\n]{0,25}"
        r"\b(?:covered|met|made|fulfilled|satisfied|mentioned|present|complete)\b"
    ),
    r"^\W*(?:an? )?(?:\w+ )?(?:note|message|memo|hint|word) (?:to|for) (?:(?:the|my|your|our|any"
    r"|whoever) )?(?:\w+ )?"
    r"(?:reviewer|recruiter|interviewer|manager|reader|system|model|ai|bot|" + _MARKER + r")s?\s*[:–—-]",
    r"\b(?:follow[- ]?up(?: question)?|next question) (?:should|must|has to|shall|will|ought to) (?:be|ask|read)\b",
    r"\boverrid(?:es?|ing)\b[^.!?\n]{0,40}\b(?:rubric|instructions?|prompt|criteria|rules you)\b",
)
_PATTERNS = together((*_ORDERS, *MACHINE_TALK), BID, AT_A_WORD)
# Words that only whoever grades is spoken to with, and words that go with them.
_GRADING = frozenset(
    stem(word)
    for word in row("""
    grade grader grading rubric evaluate evaluating evaluation evaluator assess assessing assessment assessor examiner
    marker candidate applicant interview interviewer strengths weaknesses improvements praise marks scoring
    """)
)
_LEVELS = frozenset(
    stem(word)
    for word in row("""
    score level rating rate answer response reply five 5 fives perfect maximum full top highest excellent points stars
    criteria criterion approve pass passes accept instruction prompt ai generous generously lenient faults correct
    dimension category content expert total
    """)
)
_ADDRESSED = row("please kindly me my mine you your ai")
_TOLD = row("we our us they he she was were had did gave asked told said got his her")
_TOP = frozenset(stem(word) for word in row("five 5 fives perfect maximum highest excellent"))
_ENOUGH = 2

_ABOUT_GRADING = frozenset(
    stem(word)
    for word in row("""
    assess assessment assessor score level rubric grade grader grading criterion criteria candidate answer feedback
    instruction override evaluate evaluation rating rate evidence sufficient confirm approve approved lines mention
    output prompt maximum marks text strengths improvements reply praise points acknowledge
    """)
)


@kept(512)  # the sentences of an answer are looked at again and again while it is considered and graded
def is_order(sentence: str) -> bool:
    """Whether a sentence tells the grader what to do instead of saying something about the question."""
    return any(_has_order(form) for form in plain_forms(sentence))


def _has_order(form: str) -> bool:
    small = lowered(form)
    pieces = (small[start : start + _LONGEST] for start in range(0, max(1, len(small)), _LONGEST - _OVERLAP))
    return any(pattern.search(piece) for piece in pieces for pattern in _PATTERNS)


def speaks_to_grader(said: Sequence[str], stemmed: Iterable[str]) -> bool:
    """Whether the words of a sentence, in which nobody did anything, are those of grading."""
    if not _TOLD.isdisjoint(said):
        return False
    found = frozenset(stemmed)
    core, beside = len(found & _GRADING), len(found & _LEVELS)
    addressed = not _ADDRESSED.isdisjoint(said)
    return (core > 0 and core + beside >= _ENOUGH) or (beside >= _ENOUGH + (not addressed) and bool(found & _TOP))


def is_about_grading(said: Iterable[str]) -> bool:
    """Whether the stems of a sentence speak of grading; next to an order such a sentence is part of it."""
    return not _ABOUT_GRADING.isdisjoint(said)


def grading_words(said: Iterable[str]) -> frozenset[str]:
    """Those stems that belong to grading, wherever they stand."""
    return (_GRADING | _LEVELS | _ABOUT_GRADING).intersection(said)
