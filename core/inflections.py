"""Forms of English words that a stemmer does not bring together: irregular verbs and nouns, and contractions."""

from __future__ import annotations

_VERBS = """
be am is are was were been being; have has had having; do does did done; go went gone goes; say said; get got gotten;
make made; know knew known; think thought; take took taken; see saw seen; come came; give gave given; find found;
tell told; feel felt; become became; leave left; put; mean meant; keep kept; let; begin began begun; show shown;
hear heard; run ran; hold held; bring brought; write wrote written; sit sat; stand stood; lose lost; pay paid;
meet met; lead led; understand understood; speak spoke spoken; spend spent; grow grew grown; win won; teach taught;
buy bought; send sent; build built; fall fell fallen; cut; sell sold; break broke broken; catch caught;
choose chose chosen; draw drew drawn; drive drove driven; eat ate eaten; fight fought; fly flew flown;
forget forgot forgotten; forgive forgave forgiven; freeze froze frozen; hang hung; hide hid hidden; hit; learn learnt;
lend lent; lie lay lain; light lit; ride rode ridden; ring rang rung; rise rose risen; seek sought;
shake shook shaken; shoot shot; shut; sing sang sung; sink sank sunk; sleep slept; slide slid; steal stole stolen;
stick stuck; strike struck; swear swore sworn; sweep swept; swim swam swum; swing swung; tear tore torn;
throw threw thrown; wake woke woken; wear wore worn; withdraw withdrew withdrawn; rebuild rebuilt;
rewrite rewrote rewritten; undo undid undone; redo redid redone; overcome overcame; oversee oversaw overseen;
deal dealt; burn burnt; split; quit; blow blew blown; feed fed; dig dug; bend bent; bind bound; shrink shrank shrunk;
spin spun; spring sprang sprung; resend resent; rerun reran
"""
_NOUNS = """
person people; man men; woman women; child children; lady ladies; query queries; index indices indexes; life lives;
shelf shelves; half halves; thief thieves; process processes; database databases; analysis analyses; datum data
"""
_CONTRACTIONS = """
i'm=i am; i've=i have; i'd=i would; i'll=i will; im=i am; ive=i have; we're=we are; we've=we have; we'd=we would;
we'll=we will; weve=we have; you're=you are; you've=you have; you'd=you would; you'll=you will; youre=you are;
he's=he is; she's=she is; it's=it is; that's=that is; there's=there is; what's=what is; who's=who is; here's=here is;
he'd=he would; she'd=she would; it'd=it would; he'll=he will; she'll=she will; it'll=it will; they're=they are;
they've=they have; they'd=they would; they'll=they will; theyre=they are; let's=let us; thats=that is; won't=will not;
can't=can not; cannot=can not; shan't=shall not; ain't=is not; dont=do not; doesnt=does not; didnt=did not;
cant=can not; couldnt=could not; wouldnt=would not; shouldnt=should not; wasnt=was not; isnt=is not; arent=are not;
werent=were not; havent=have not; hasnt=has not; hadnt=had not; wont=will not; dunno=do not know; idk=i do not know;
gonna=going to; wanna=want to; gotta=got to; kinda=kind of; sorta=sort of; lemme=let me; gimme=give me
"""


def _forms(table: str) -> dict[str, str]:
    rows = (row.split() for row in table.split(";"))
    return {form: row[0] for row in rows for form in row}


def _contractions(table: str) -> dict[str, tuple[str, ...]]:
    pairs = (entry.strip().split("=") for entry in table.split(";"))
    return {short: tuple(long.split()) for short, long in pairs}


IRREGULAR = _forms(_VERBS) | _forms(_NOUNS)
_NOT_PAST = frozenset({"am", "is", "are", "being", "has", "having", "does", "doing", "goes", "gone"})
_LIKE_PRESENT = frozenset({"put", "let", "cut", "hit", "shut", "split", "quit"})
IRREGULAR_PAST = (frozenset(form for row in _VERBS.split(";") for form in row.split()[1:]) - _NOT_PAST) | _LIKE_PRESENT
CONTRACTIONS = _contractions(_CONTRACTIONS)
