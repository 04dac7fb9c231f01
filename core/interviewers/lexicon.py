"""General English word lists, as stems: none of them belongs to a role, a question or an answer."""

from __future__ import annotations

from core.text import stem, stems

Phrases = dict[str, list[tuple[str, ...]]]
"""Phrases as their stems, by the first of them, longer ones before shorter ones."""


def row(table: str) -> frozenset[str]:
    """The words of a table as they stand."""
    return frozenset(table.split())


def _stems(table: str) -> frozenset[str]:
    return frozenset(stem(word) for word in table.split())


def _phrases(table: str) -> Phrases:
    rows = (tuple(stems(row)) for row in table.split(";"))
    found: dict[str, list[tuple[str, ...]]] = {}
    for one in sorted({row for row in rows if row}, key=lambda row: (-len(row), row)):
        found.setdefault(one[0], []).append(one)
    return found


FUNCTION = _stems("""
a an the this that these those some any no every each all both either neither such other another own same i me my mine
myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its
itself they them their theirs themselves one ones who whom whose which what where when why how and or but so because
if then than as while since until till though although unless whereas whether of at by for with about against between
into through during before after above below to from up down in out on off over under again further once here there
per via upon within without around across along among behind beside besides near toward towards onto away back am is
are was were be been being have has had having do does did doing done will would shall should can could may might must
not nor only just very too also even still already yet ever never always often sometimes usually mostly mainly quite
rather much many more most few less least lot lots bit well now soon later yes yeah yep nope ok okay oh um uh er erm
hmm ah please get go put let make thing things something anything nothing everything someone anyone everyone somebody
anybody everybody nobody like whoever whatever whenever wherever whichever
""")

NEGATIONS = _stems("not no never without nobody none nothing neither nor hardly barely rarely lack")

FILLER_WORDS = _stems("""
um uh er erm hmm ah oh well basically actually honestly literally obviously really totally absolutely definitely
frankly simply anyway anyhow so yeah okay ok right like kind sort
""")

FILLER_PHRASES = _phrases("""
to be honest; to be honest with you; to be fair; to tell you the truth; honestly speaking; at the end of the day;
it is what it is; all things considered; when all is said and done; in my humble opinion; in my opinion;
as far as i am concerned; you know; you know what i mean; i mean; if you know what i mean; if you see what i mean;
so to speak; as i said; as i mentioned; as already mentioned; like i said; let me think; let me see;
that is a good question; that is a great question; that is a very good question; that is an interesting question;
good question; great question; thank you for the question; thank you for asking; thanks for asking; needless to say;
it goes without saying; more or less; in a manner of speaking; in one way or another; one way or another;
one way or the other; and so on; and so forth; and things like that; and all that; and stuff like that;
or something like that; or whatever; at this point in time; for what it is worth; as the saying goes; as they say;
as we all know; as everybody knows; as everyone knows; in this day and age; nowadays; the fact of the matter is;
the truth is; the thing is; in other words; in general; generally speaking; by and large; on the whole;
first and foremost; last but not least; in a nutshell; to make a long story short; long story short;
without further ado; i would say; i guess; i suppose; i have to say; i must say; what can i say; believe me; trust me;
of course; as it were; if you will; i want to say; i would like to say; i would like to mention; allow me to say;
it is important to note; it should be noted; one could say; how should i put it; how shall i put it;
how do i put this; let me put it this way; if i am being honest; being honest; in all honesty; quite frankly;
in any case; be that as it may; having said that; that being said; with that said; that said;
in the grand scheme of things; when you think about it; if you think about it; come to think of it; for sure;
no doubt; without a doubt; without any doubt; in my experience; to some extent; to a certain extent; here and there
""")

GENERIC_PHRASES = _phrases("""
customer is king; customer is always right; customer comes first; customer always comes first; team player;
think outside the box; go the extra mile; extra mile; give 110 percent; give one hundred percent; one hundred percent;
hit the ground running; win win; best practice; state of the art; customer satisfaction; communication is key;
hard worker; fast learner; quick learner; people person; results driven; detail oriented; learn from mistake;
room for improvement; big picture; work hard; do my best; try my best; give my best; give it my all;
best of my ability; step by step; day by day; day in day out; every day is different; every customer is different;
every case is different; it depends on the situation; it depends; depends on the case; case by case;
one thing or another; number one priority; top priority; positive attitude; right attitude; keep an open mind;
open mind; right mindset; stay positive; stay professional; remain professional; be professional; be friendly;
be polite; be respectful; stay calm; remain calm; keep calm; team work; teamwork; good service; great service;
excellent service; high quality; good quality
""")

# Words which sound like something and say nothing by themselves.
VAGUE = _stems("""
important importance key essential crucial vital fundamental critical significant necessary basic main major central
core good better best great excellent excellence nice perfect ideal wonderful amazing fantastic awesome superb
outstanding bad worse worst proper properly correct correctly right wrong true appropriate suitable
relevant adequate professional professionalism professionally passionate passion motivated motivation dedicated
dedication committed commitment enthusiastic enthusiasm ambitious proactive dynamic innovative flexible flexibility
reliable reliability responsible responsibility responsibly careful carefully diligent conscientious thorough
thoroughly organized organised structured efficient efficiently efficiency effective effectively effectiveness
successful successfully success quality value values standard standards principle principles attitude mindset
mentality approach philosophy strength strengths weakness skill skills ability abilities talent experience experienced
expertise knowledge background career challenge challenges challenging difficult difficulty difficulties hard easy
complex complicated tough tricky simple situation situations circumstance circumstances case cases matter matters
topic topics subject issue issues problem problems aspect aspects factor factors area areas field point points
question questions answer thing way ways manner kind sort type various different variety several certain general
generally overall total whole entire always try tries trying attempt strive aim effort efforts believe think feel
opinion view understand understanding know love like enjoy want wish hope care appreciate respect respectful
respectfully consider expect agree mean guess suppose imagine remember realise convinced sure aware work working
worked job jobs task tasks business company people person world life today modern nowadays future solution solutions
solve solving handle handling manage managing deal dealing help helping support assist communicate communication
communicative communicating listen cooperate cooperation collaborate collaboration collaborative focus focused goal
goals objective objectives result results outcome outcomes deliver improve improvement growth grow develop development
progress potential opportunity opportunities calm friendly polite patient patience positive positively negative
kindness honest honesty open openness fair smile happy satisfied satisfaction pleased comfortable welcome trust team
colleague colleagues others everyone possible possibly able need needs require requirement requirements keep stay
remain time times day days moment long depend depends depending dependent happen happens occur really truly highly
extremely incredibly simply definitely absolutely certainly obviously clearly naturally normally typically basically
actually honestly maybe perhaps probably hopefully everything everywhere anyone whatever whenever wherever however
therefore furthermore moreover nevertheless role part play plays level high low big small huge large little enough
bottom line fact truth sense idea together forward ahead end start begin beginning first last next second ensure
create provide offer achieve reach maintain establish implement leverage utilise utilize optimise optimize heart mind
head eye side place say tell new old latest trend trends technology technologies process processes procedure
procedures practice practices method methods strategy strategies concept concepts tool tools product service services
industry sector market serious seriously treat deserve see act behave accordingly saying culture anyway interesting
special particular specific individual personal personally unique authentic authenticity active actively passive every
relationship regular basis robust scalable
""")

# Ordinary words of any story: no sign of the trade that a role is about.
EVERYDAY = VAGUE | _stems("""
ask mention describe explain discuss use come take give bring talk speak hand sit stand year month week weekend hour
minute morning afternoon evening night monday tuesday wednesday thursday friday saturday sunday january february march
april june july august september october november december spring summer autumn winter christmas easter yesterday
tomorrow ago recently finally suddenly immediately quickly slowly early late man woman men women lady boy girl child
kid family friend mother father brother sister wife husband son daughter parent baby grandmother grandfather uncle
aunt cousin neighbour couple guy mum mom dad group member crowd house home room door window table chair floor wall
kitchen garden street road city town village country station car bus train bike bicycle plane boat ship tree river sea
beach mountain sun rain wind snow weather water fire hot cold warm wet food eat drink coffee tea bread cake lunch
dinner breakfast restaurant pizza cook meal hello hi bye thank thanks sorry welcome see look watch hear listen walk
run drive ride fly travel arrive leave stay live sleep wake wear carry hold pull push open close turn move stop wait
play sing dance laugh cry shout fight win lose find meet show send read write call buy pay cost spend save hit catch
throw cut fall rise break fix build change grow decide choose plan prepare agree vote offer finish complete continue
return follow lead join share add count check try half third quarter double hundred thousand million dozen zero one
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty thirty forty fifty sixty seventy eighty ninety percent euro dollar pound metre kilometre mile kilo
gram litre degree euros cent left right top middle front full empty free busy ready alone short far fast slow strong
weak light dark heavy red blue green white black yellow brown young age name number letter word story book film music
song photo picture game match ball goal score player coach season club stadium ticket trip holiday vacation flight
hotel tent camp school teacher student class university exam money bank price cheap expensive deal bill body head face
foot leg arm back heart hospital doctor sick ill pain order list note page paper box bag bottle cup glass plate bowl
oven pan knife experience learn teach test result reason cause effect difference example idea mistake lesson party
government president law rule meeting committee board building flat apartment problem trouble danger safe surprise
favourite beautiful funny proud afraid worried angry tired nervous excited phone computer internet television radio
video camera app message email website
""")

# Verbs of being, thinking and feeling: "I + one of these" is no action.
STATIVE = _stems("""
hesitate exist shine be is am are was were been have had has do did can could will would should must may might shall
think believe feel love like want wish hope know understand need mean guess suppose imagine expect prefer enjoy care
value appreciate respect consider strive aim seem sound remember agree stay remain keep tend depend matter belong
contain own deserve doubt hate mind trust realise realize see use used get become live hear not really always never
often usually also just only even still already then personally honestly actually definitely certainly absolutely
generally simply able sure happy glad proud sorry afraid convinced passionate good aware interested ready willing
pretty very quite
""")

# Verbs that are passed over between "I" and the verb that counts: "I was able to restore it".
HELPING = _stems("""
try tried have had has do did can could will would shall should may might must was were am be been able to go going
get got then also just only first next immediately quickly always usually normally often even already therefore still
again really actually personally basically simply later finally carefully politely quietly directly briefly never not
ever now once mostly sometimes start started begin began
""")

# What people do at work and elsewhere, to tell an instruction ("then count the till") from a list of nouns.
_BASE_FORMS = """
accept add adjust advise analyse analyze announce answer apologise apply approach argue arrange ask assign automate
avoid batch block book borrow break bring build buy cache calculate call cancel carry change charge chat check choose
clean clear close collect compare complain confirm connect contact convert copy correct count cover create cut debug
decide delete deliver demonstrate deploy design detect disable discover discuss display divide document double draft
draw drive drop empty enable escalate estimate examine exchange explain extend fetch file fill find finish fix fold
follow gather give greet group guide hand hide hire identify implement inform inspect install introduce investigate
invite isolate join keep label lead learn leave limit list lock log look lower maintain mark match measure meet
mention merge migrate model monitor mop move negotiate note notice offer open order organise organize pack paint pass
pay pick place plan point prepare present press print prioritise process profile promise propose prove publish pull
push put queue raise read reboot rebuild recommend record reduce refactor refill refund refuse release remind remove
rename repair repeat replace reply report reproduce request resolve restart restock restore retry return review revert
rewrite ring roll rotate run save say scale scan schedule search secure sell send separate serve set share shift ship
shorten show sign simplify smile solve sort speak split spot start stock stop store study suggest summarise swap sweep
switch take talk teach tell test thank throw tidy time touch trace track train translate turn type unlock unpack
update upgrade validate verify visit wait walk warn wash watch wipe wrap write
"""
ACTION_WORDS = frozenset(_BASE_FORMS.split())
ACTIONS = _stems(_BASE_FORMS)

CHECKS = _stems("""
check measure test verify compare monitor confirm benchmark track observe validate prove inspect review profile log
record evaluate audit calculate
""")

CAUSES = _stems("because since therefore due reason cause caused why otherwise hence thus")

# What ties an action to a reason without a word of reason: "so that she can leave".
PURPOSES = _phrases("so that; so he; so she; so it; so they; so nobody; so i; so we; which meant; in order to")

# "If he says no, I …": what is done in which case.
CONDITIONS = _stems("if unless otherwise until")

SEQUENCE = _stems(
    "first firstly second secondly third then next after afterwards finally once before meanwhile lastly when"
)

OUTCOMES = _stems("""
result outcome improve reduce increase drop save gain decrease grow rise fall double halve succeed solve fix resolve
thank recover settle exceed beat learn faster quicker fewer cheaper shorter happier smoother cleaner safer stable
""")

OUTCOME_PHRASES = _phrases("""
in the end; as a result; since then; went down; went up; came back; ended up; turned out; from then on; ever since;
paid off; worked out; no longer; never happened; not happened; back to normal; led to; after that; at the end;
by the end; thanked me; thanked us; left happy; got it done; no more; not a single; not once; without a single;
first time; months later; weeks later; years later; next day; following day; following week; next month; now we; now i
""")

PLACES = _phrases("""
last year; last summer; last winter; last spring; last autumn; last month; last week; last christmas; years ago;
year ago; months ago; month ago; weeks ago; week ago; days ago; one day; one time; once i; once we; one evening;
one morning; one afternoon; one saturday; at my; in my last; in my previous; in my current; at the company;
when i was; when i worked; when we; we had; there was; i had; i was; i worked; i work; we were; it was; used to;
during my; for two years; for three years; in our; at our; our team; my team; at a; in a; we run; i have worked;
a customer; one customer; a man; a woman; a lady; a couple; a colleague; my colleague; my last job; my first job;
my old job; was on call; we use; i used; came in
""")

# Words of talk about one's own talking: "what I would like to have said on the matter".
TALKING = _stems("""
say said tell told mention speak talk word words story stories question attention topic subject matter thank thanks
permit allow express respond sentence remark comment summary summarise sum conclude conclusion indeed far today stand
here long short admit confess
""")

HEDGES = _phrases("""
maybe; perhaps; probably; possibly; sort of; kind of; i guess; i think so; i suppose; not sure; somehow; more or less;
or something; something like; whatever; etc; and so on; stuff; i would probably; hopefully; it depends;
as much as possible; if possible; in some way; things like that; try my best; usually try; always try
""")

# Words of any workplace: who tells of one is hardly off the topic of a job.
WORKPLACE = _stems("""
shop store supermarket bookshop showroom customer client shopper boss colleague coworker workmate shift counter
warehouse employer company firm startup sell sale server software app code deploy bug database developer programmer
backend user
""")

# Words for the talk itself, for who listens to it, and for seeing, thinking and remembering in general.
REFLECTING = TALKING | _stems("""
glad honest honestly hour hours minute picture point view opinion idea ask consider underline emphasise stress repeat
forget remember imagine understand guess look see find think know believe feel mean pretty fine really people world
life nature truth fact sense put go come give like job work important matter thing way answer example detail explain
add begin start end finish general nutshell basically underestimate overlook behind scene wish strong strongly
""")

# Words around a question that is handed back: "you want to hear about …".
RETELLING = _stems("want hear know ask question tell talk speak interest wonder mean answer like say")

# Beliefs, likings and praise of oneself: no action, and a reason for one of them is no reason of a case.
BELIEFS = _phrases("""
i believe; i strongly believe; i firmly believe; i truly believe; i do not believe; i think; i am convinced;
firm believer; conviction; in my opinion; in my view; for me; i stand for; i value; my motto; my philosophy; eye for;
sense for; feeling for; talent for; i love; i like to; i care; i respect; i am somebody who; i am someone who;
i am a person; i am very; i am a; i identify with; by nature; in the long run; my strength; my nature; i feel that
""")

# Somebody that something is done to or with, in the case that is told; "customers" and "people" are nobody.
PERSONS = row("""
him her them he she they customer lady man woman gentleman guy girl boy child mother boss manager colleague supervisor
guard guest client owner neighbour other others teammate trainee lead
""")

# What anybody says they do: no particular action.
GENERIC_DEEDS = VAGUE - _stems("say tell see work") | _stems("find use get make convince meet build try go apologise")

# Verbs that tell something only by what is done with them: "took seriously", "came to the point".
LIGHT = _stems("come take give bring use make get go")

# Vague nouns that are worth counting all the same: "three days", "four times".
COUNTED_VAGUE = _stems("day days time times job customer colleague people person case issue task company")
