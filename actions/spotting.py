"""Names and plain facts in a message that a person can be certain of: an app, a contact, a nation, a bare yes, an age.

Deterministic, from lists: these change with content/, without training. What a message *means* is the model's.
Nothing found here quotes the message: every value is one of ours.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from actions.normalise import Targets, plain, words_of
from actions.reader import said_reader
from actions.signals import situation_detector

_YES = frozenset("yes yeah yea yeh ye yep yup y yh ya aye course definitely correct".split())
_NO = frozenset("no nah nope na naw nay never not".split())
# "saturday", "on friday night", "next week". Hours are no day: "at 5" may mean now.
_DAY = frozenset(
    "mon monday tue tues tuesday wed weds wednesday thu thurs thursday fri friday sat saturday sun sunday tomorrow weekend week".split()
)
_BESIDE_A_DAY = frozenset("on this next at the for probably maybe morning afternoon evening night".split())
_UNSURE = frozenset("dont know unsure maybe perhaps dunno not sure kinda sort of i".split())
_SAYS_UNSURE = frozenset("dont unsure maybe perhaps dunno not kinda".split())  # "i know" and "sure" alone are neither
_FILLER = frozenset("of right ok okay please thanks lol tho though i am im think it is its well um erm uh just sorry . , ! ?".split())
_TODAY = frozenset("today tonight now soon".split())
# Answers to "are you safe right now?" that are no bare yes: "yes im safe", "no im ok for now"; "shes safe with me"; "im not safe".
_THEY_ARE = r"(?:he is|hes|she is|shes|they are|theyre)"
_WHO_IS = rf"(?:i ?am|im|were|we are|{_THEY_ARE})"
_OK = r"(?:all |really |quite )?(?:safe|ok|okay|fine|alright)(?: (?:right now|now|for now|atm|at the moment|today|tonight|here|with me|thanks|thank you))*"
_WELL = r"(?:(?:yes|yeah|yea|yh|yep|ye|ya|no|nah|thanks|thank you|sorry|well) )*"
_SAFE = re.compile(rf"{_WELL}(?:i think |i feel |{_WHO_IS} |it is |its )?{_OK}")
_SAFE_THEM = re.compile(rf"{_WELL}{_THEY_ARE} {_OK}")
_NOT_SAFE = re.compile(
    rf"\W*(?:no |nah |nope )?(?:i dont feel |{_WHO_IS} not |not (?:really )?)safe(?: (?:right now|now|here|at home|tonight|atm))*\W*"
)
# The one who hurts is elsewhere: "no hes not here", "not tonight hes away", "hes at work".
_ELSEWHERE = r"(?:(?:not|isnt|aint|arent) (?:here|home|in|around)|away|out|at work|gone out|on nights)"
_FOR_NOW = r"(?:right now|now|tonight|today|atm|at the moment)"
_AWAY = re.compile(
    r"(?:(?:no|nah|not now|not tonight|not today|yes|yeah) )?(?:he|they|hes|theyre|(?:my )?(?:stepdad|stepdads|uncle|brother|grandad|boyfriend|mums boyfriend|mums bf))(?: is|s| are)?"
    rf" {_ELSEWHERE}(?: {_FOR_NOW})*"
)
# No comfort by itself: who is out may be the one who would help.
_SOMEBODY_OUT = re.compile(
    r"(?:(?:no|nah|but|and|yes|yeah) )?(?:she|shes|(?:my )?(?:mum|mums|mummy|mummys|mam|dad|dads|daddy|daddys|nan|nans|parents|gran|carer)|everyone|everyones|no ?(?:one|1)s?|nobody|nobodys)(?: is|s| are| has| have)?"
    rf" (?:{_ELSEWHERE}|gone|asleep|sleeping|in bed|gone to (?:work|bed|bingo|the shops?)|at (?:the )?(?:shops?|bingo|nans|church))(?: (?:{_FOR_NOW}|till late|all night))*"
)
# "can i text him from her phone", "should i reply to him", "shall i pretend to be my son"; not "should i ring them", who may be the police.
_PERSON = r"(?:him|her back|them back|(?:the|this|that) (?:man|guy|bloke|person|lad|boy|girl|groomer|account)|the other (?:person|man))\b"
_CONTACT = re.compile(
    rf"\b(?<!how )(?<!what )(?:can|could|should|shall|do|may|ok to|okay to|want to|tempted to|id like to) (?:i |we )?(?:just |even |still )?"
    rf"(?:(?:text|message|msg|dm|reply(?: to)?|answer|write(?: back)? to|respond to|contact|email) {_PERSON}|confront (?:him|her|them|the|this|that|his)|meet him (?:myself|instead|for her|for him))"
    r"|\b(?:(?:can|could|should|shall|do|may|want to|ok to|okay to) (?:i |we )?(?:just )?pretend(?:ing)? to be|pose as) (?:him|her|them|my|our|a)\b"
    r"|\b(?:can|could|should|shall|do|may) (?:i|we) (?:just )?(?:reply|answer|write|text|message)(?: back)? as (?:him|her|them|my)\b"
    r"|\b(?:my|our|her|his) (?:husband|wife|partner|mum|dad|brother|son|daughter|ex|mate|friend|boyfriend|girlfriend) (?:wants|is going|is planning|is gonna|says shell|says hell) (?:to )?"
    r"(?:text|message|msg|dm|contact|confront|reply to|write to|pretend to be) (?:him|her(?! mum| dad)|them|the|this|that)\b"
    r"|\b(?:text|message|reply to|answer) (?:him|her|them) (?:from|on|off|using) (?:his|her|their|my (?:son|daughter|child|kid)s?) (?:phone|account|snap|insta)"
)
_HARM = re.compile(
    r"\b(?:i want to|i wanna|im gonna|im going to|i am going to|i could|ill|i will|i feel like|im about to) (?:\w+ing )?"
    r"(?:(?:kill|smash|batter|punch|beat|knock|find) (?:him|the man|this man|his (?:face|head|door)|that (?:man|bloke|guy))|(?:go|drive) (?:round|over|up)? ?(?:to|there to) (?:his|their) (?:house|home|place|flat))\b"
    r"|\bim (?:going|driving) (?:round|over|up) (?:to|there to) (?:his|their) (?:house|home|place|flat)\b|\b(?:im|were|is|are|hes|my (?:dad|brother|husband|partner|mate) is) (?:now |on (?:his|the|my) way |going |driving )+(?:round |over |up |there )?(?:to |there to )?(?:his|the mans|this mans|their|that mans) (?:house|home|place|flat|door)\b.{0,40}\b(?:bat|knife|sort|batter|smash|kill|beat|hammer|crowbar|confront|have it out|have a word)\b|\bi know where he lives\b"
)
# "should i send it to the dsl", "can i delete the pics", "do we need to screenshot it"
_KEEPS = re.compile(
    r"\b(?<!where )(?<!how )(?<!who )(?<!what )(?:should|can|could|do|may|shall) (?:i|we) (?:need to |have to |just )?(?:send|forward|share|show|screenshot|screen shot|save|copy|print|keep|delete|wipe|look at|open|check)\b"
    r".{0,25}\b(?:it|them|pics?|pictures?|images?|photos?|videos?|nudes?|messages|chats?|evidence|phone|proof)\b"
)
_REFUSES = re.compile(
    r"\b(?:dont want|do not want|dont wanna|wont|will not|not ready|rather not|id rather|cant|cannot|not telling|not going to|no way|leave it|forget it|nvm|never ?mind|not gonna)\b"
)
# Said of the whole alarm: nobody is in danger, or never was. Not "its no emergency", "i dont need 999": those in danger say so too.
_NO_DANGER = re.compile(
    r"\W*(?:(?:no|ok|okay|sorry|actually|but|honestly|oh|wait) )*"
    r"(?:(?:(?:no ?(?:one|1)|nobody|none of us)(?: is| are|s)?|(?:(?:we|i)(?: are| am)|im|were) not)(?: really| actually)? in (?:any |immediate )?danger"
    r"|(?:it was |its )?(?:just )?(?:a )?false alarm)"
    r"(?: (?:right now|now|any ?more|at all|tonight|today|here))*(?: (?:its|it was|this is) (?:just |only |all )?(?:a |an |the |my |from )?(?:song|lyric|lyrics|game|film|story|essay|coursework|book|homework))?\W*"
)
# Said after the button for danger was tapped, and only then: "wrong button", "pressed it by mistake". To begin with it may be the picture that was sent.
_WRONG_BUTTON = re.compile(
    r"\W*(?:(?:no|ok|oh|sorry|oops|it was|i|that was) )*(?:(?:hit |pressed |tapped )?(?:the )?wrong button|(?:pressed|tapped) (?:it|that|this) by (?:mistake|accident)|didnt mean to (?:press|tap) (?:it|that|this))(?: sorry)?\W*"
)
# Only of who stands outside: "it was just the postman". What follows "its the" may be who does it.
_ONLY_THE_POST = re.compile(
    r"\W*(?:(?:no|oh|ok|sorry) )*(?:its|it was|it is|he is|hes) (?:just|only) (?:the |a |my )?(?:postman|postie|delivery(?: man| driver| guy)?|pizza(?: man| guy)?|window cleaner|milkman|wind|neighbours? cat|cat)\W*"
)
# Of what was told: "that was last year", "2 years ago". Not "ages ago", which may be hours.
_LONG_AGO = re.compile(
    r"\W*(?:(?:no|but|well|it|that|this) )*(?:(?:it|that|this) )?(?:was |happened |its )*(?:like |about |over )?"
    r"(?:last year|(?:a|two|three|four|five|ten|\d+|some|few|many|a few|a couple of) years? (?:ago|back)|years (?:ago|back))\W*"
)
# Somebody of the household, or oneself, is home; "he's home" is in _BACK. Of a danger that is at home that is no good news.
_HOME = re.compile(
    r"\W*(?:(?:no|yes|and|now|but|ok) )*(?:im|i am|ive got|i got|just got|(?:my )?(?:dad|dads|stepdad|stepdads|mum|mums|mam|stepmum|stepmums|brother|brothers|uncle|uncles|nan|boyfriend|mums boyfriend))"
    r"(?: is| has| just| now| got| come| came| back)* (?:home|in)(?: now| again| too| already)*\W*"
)
# "i said no": what happened, and no refusal of what we say.
_SAID_NO = re.compile(r"\W*(?:but |and )?(?:i|she|he) (?:said|told (?:him|her|them)) no(?: to (?:him|her|them))?\W*")
# To "if any part of you means it".
_MEANS_IT = re.compile(
    r"\W*(?:no |yes |yeah )?(?:(?:but )?i (?:really )?(?:do )?mean it|im (?:being )?serious|seriously|for real|im not joking|i do|i really do|fr)\W*"
)
# What may stand beside a wish to die (data/situations/) and leaves it all that is said: "my friend says she wants to die", "i want to kms lol".
# With a cause beside it ("homework makes me want to kms") it may be a way of speaking, and the model's to judge.
_BESIDE_A_WISH = frozenset(
    "i im id ill ive am is was were be been being it its me my he she they hes shes theyre her him his their the a that this of to or and but so "
    "friend mate bestie sister brother son daughter child girlfriend boyfriend cousin gf bf best little big older younger "
    "want wants wanna wanted wanting wish wishes hope rather ready need keep keeps feel feels feeling going gonna try trying tried think thinks thinking thought thoughts about like "
    "die dying dead death kms kill killing hang hanging end ending it all take life live living alive exist unalive unaliving suicide suicidal commit myself himself herself themselves "
    "here not dont doesnt wasnt werent never born anymore any more go on cant no point better off without says said saying told "
    "lol lmao lmfao haha hahaha hahahaha ha fr tho though ngl tbh literally actually honestly just really bad idk rn bro man hi hey hello ok okay yes yeah omg please pls help sometimes "
    "often always tonight now today again kinda jk sorry well because cos everyday every day sad joking kidding right . , ! ?".split()
)
# Of a child who was missing: "she just walked in", "he has come home", "police brought him back", "hes turned up".
_BACK = re.compile(
    r"\b(?:he|she|they|hes|shes|theyre|theyve|son|daughter|child|boy|girl|lad)(?: has| is| have| are| s| ve)?(?: just| now| finally| been| both)*"
    r" (?:(?:come|came|got|gotten|walked|turned|strolled|brought) (?:back|home|safe|(?:in|up|through)\b(?! (?:an?|his|her|their|my|to|on|with|it|some|the (?!door|front|back|house))\b))|arrived|back|home|found(?! (?:her|him|them|me|us|my|our|the|out)\b)|safe|here with me)"
    r"|\b(?<!\bhe )(?<!\bhes )(?<!\bshe )(?<!\bshes )(?:found|brought) (?:him|her|them)(?= (?:at|in|on|by|near|back|home|safe|asleep|hiding|and|with|round|now|just|she|he|they)\b|$)"
)
# Where a child may well be found: "at her mates", "with his nan". Not "at his", "with him", "in his flat".
_WITH_WHOM = re.compile(
    r"\b(?:at|round|from|with|to|in) (?:(?:his|her|their|my|our|a|the) )?(?:(?:best|big|little|older|school) )?"
    r"(?:mates?|friends?|bestie|nans?|nanas?|nannas?|grans?|grandmas?|grandads?|grandparents|mums?|mams?|aunts?|aunties?|sisters?|brothers?|cousins?|neighbou?rs?|teachers?)"
    r"(?: (?:house|place|garden))?\b"
)
_FOUND = re.compile(
    r"\b(?:found|got|brought) (?:him|her|them)\b|\b(?:fell|fallen|fast) asleep\b|\b(?:missed|on|at) the (?:last )?(?:bus|train)\b|\b(?:last night|hours? late|sorry to (?:have )?bother(?:ed)?(?: you)?|no need)\b"
)
# What else may stand beside it. A list of what must not stand there would never be whole: "shes back and hes got a machete".
_BESIDE_BACK = frozenset(
    "he she they hes shes theyre theyve him my our son daughter child boy girl lad kid the a all ok okay its it is was good fine now just finally and so here home house "
    "back safe sound too thank thanks god goodness heavens lord you u very much for your help hi hello yes yeah yep oh omg phew well update sorry actually false alarm panic over "
    "relief relieved happy crying asleep sleeping bed in at by on police officer officers school library park bus stop train station shop round corner the next door "
    "a few one two five ten minutes mins min half an hour ago this morning tonight today earlier safely everyone both has have been we are i am im so to let know wanted say".split()
) - {"him"}
_NOT_ON = frozenset("today tonight".split())  # "not now" may be in an hour

# Pictures that say something by themselves; any other may mean anything.
_PICTURED = {"yes": "👍✅✔👌💯", "no": "👎❌✖🚫🙅", "unsure": "🤷", "thanks": "🙏❤💕💖💗💙💚💛💜🧡🤍🥰"}
_BESIDE_A_PICTURE = re.compile("[\\s\ufe0e\ufe0f\u200d♀♂\U0001f3fb-\U0001f3ff]")  # spaces, skin tones, what joins parts of a picture

_AGE_WORDS = {word: n for n, word in enumerate("five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen".split(), 5)}  # fmt: skip
_NUMBER = r"(?P<n>\d{1,2}|" + "|".join(_AGE_WORDS) + r")"
_NUMBER_ENDS = r"(?=\b|(?:f|m|yo|yrs?|y)\b)(?:f|m|yo|yrs?|y)?\b"  # "im 14f", "12yrs"
# Whom somebody means to tell: "how do i tell my mum", "how do i tell her", "what do i say to a teacher".
_LISTENER = re.compile(
    r"\b(?:tell|telling|(?:say|saying|speak|talk) to|ask|asking) (?:\w+ ){0,2}?(?:(?P<adult>mum|mam|mom|dad|nan|nana|gran|grandma|grandad|parents?|aunt|auntie|uncle|stepmum|stepdad|husband|wife|partner|other half|"
    r"foster carer|carer|family|an adult|grown ?up|(?<=tell )(?:her|him|them|someone|somebody|anyone))|(?:teachers?|tutor|head of year|head teacher|headteacher|school|school nurse|pastoral)|"
    r"(?P<child>(?<!ask )(?<!tell )(?<!telling )(?<!asking )(?:him|her|them)\b|my (?:son|daughter|child|kid|stepson|stepdaughter|grandson|granddaughter|boy|girl)\b))"
)
# Said of oneself: "im deaf", "deaf. dad is hitting mum", "i use bsl"; not "my nan is deaf", "im with my deaf brother", "fell on deaf ears".
_DEAF = re.compile(
    r"\b(?:im|i am|iam) (?:(?:both|also|a|profoundly|partially|partly|really|very|totally|completely|born|\d+ and|\d+) ){0,2}(?:deaf|hard of hearing|hearing impaired)\b"
    r"|^\W*(?:hi |hello |hey )?(?:deaf|hard of hearing)(?: (?:girl|boy|teen|lad|person|user) here\b|\W*$|\s*[,.;:!-])|[.,;!] *(?:deaf|hard of hearing)\W*$"
    r"|\bi (?:only )?(?:use|sign|need) (?:in )?bsl\b|\bi (?:cant|cannot|dont) hear (?:on |over )?(?:the |a )?(?:phone|calls?)\b|\bbsl user\b"
)
# Of oneself: "i dont know bsl", "i cant sign"; not "my parents dont sign", "no sign of him", "i cant sign in".
_NO_BSL = re.compile(
    r"(?:\bi (?:really |actually |still )?|^\W*(?:but |and |no )?)(?:dont|do not|cant|cannot|never)(?: really| actually| even| ever)?(?: hear or| know how to| learn(?:ed|t) to| know| do| use| speak| understand| learn(?:ed|t)?)?"
    r"(?: any| much)? (?:bsl|sign ?language|british sign language|sign)\b(?! (?:in|up|out|on|off|of|it|the|my|this|a|anything|only|user|is|instead|interpreters?)\b)"
)
# The BSL line costs who doesn't sign one tap; its lack may cost who does the call.
_BSL = re.compile(r"\bi (?:only |do |can |also )*(?:use|know|sign|speak) (?:in )?bsl\b|\bbsl (?:user|only)\b|\bi sign\b(?! in\b)")
_HEARS = re.compile(r"\b(?:im|i am) not (?:\w+ )?deaf\b")
# "im 11", "i am only 9 years old", "age 12"; not "im 10 minutes away", "im 5 weeks late".
_NOT_AN_AGE = r"(?!\s*(?:in (?!year|yr|y\d)|next\b|soon\b|tomorrow\b|on (?:mon|tues?|wed|thu|fri|sat|sun|the|my)|min|hour|hr|sec|day|week|month|mile|km|metre|foot|feet|ft|cm|stone|kg|percent|%|quid|pound|stops?|of|am|pm|:|to\b|points?|nil|/\d|tablets?|pills?|out\b))"
_OWN_AGE = re.compile(
    rf"(?:\b(?:im|i am|iam|am|i turned|i just turned|ive (?:just )?turned)|^\W*(?:just turned|aged?))\s+(?:only\s+|just\s+|(?P<not_yet>nearly|almost)\s+|like\s+)?{_NUMBER}{_NUMBER_ENDS}{_NOT_AN_AGE}"
)
_OWN_YEAR = re.compile(r"\b(?:im|i am|am)\s+in\s+(?:yr|year|y)\s*(?P<n>\d{1,2})\b")

# "i told him im 18", "when im 16": said to somebody, or not yet so. "he said hes 15, im 12" is.
_NOT_SO = frozenset("told tell telling said say saying says lied lie pretend pretended pretending thinks think thought believes believed believe when till until til once if put puts wish".split())  # fmt: skip
_BREAKS_OFF = frozenset("but and hes shes theyre he she they so cos because".split())

# "is that ok", "am i being groomed": said of what was described, whatever it was.
_WONDERS = re.compile(
    r"\b(?:is|are|was|isnt|r) (?:that|this|it|they|these|he|she)(?: all| even| really| kinda| a bit)? (?:ok|okay|normal|weird|bad|wrong|alright|allowed|creepy|odd|strange|grooming|a red flag)\b"
    r"|\b(?:am i|im|i am) (?:just |being |just being )?(?:overreacting|over reacting|overthinking|paranoid|imagining (?:it|things)|making a fuss)\b"
    r"|\bwas (?:that|it|i) (?:right|wrong|ok|okay|stupid|silly|the right thing)\b|\b(?:did|have) i (?:do|done) (?:right|wrong|the right thing|the wrong thing|ok)\b"
    r"|\bshould (?:i|we) (?:be )?worr|\bam i being groomed\b|\bred flags?\b|\b(?:ok|okay|normal|weird) or not\b"
)
# These are asked of short messages only: blanks that two parts of a pattern may take cost the cube of their number.
_BARE = 60  # characters
_ONLY_AGE = re.compile(rf"\W*(?:im|i am|iam|am|aged?)?\s*(?:only |just |nearly )?{_NUMBER}\s*(?:yrs?|years?)?(?: ?old)?\W*")
# "hes 15", "my daughter is 12": a child's age and nothing else. An adult's ("hes 40") is no bare fact here.
_ONLY_THEIR_AGE = re.compile(
    rf"\W*(?:hes|shes|he is|she is|theyre|they are|(?:my|our) (?:\w+ ){{1,2}}is) (?:only |just |nearly )?{_NUMBER}\s*(?:yrs?|years?)?(?: ?old)?\W*"
)
_ONLY_PLACE = re.compile(r"\W*(?:(?:im|i am|we are|were|i|we)\s+)?(?:(?:live|living)\s+)?(?:in|from)?\s*(?P<place>[a-z]+(?: [a-z]+)?)\W*")
_NATION_BEFORE = frozenset("in from live living near outside".split())
NATION_NAMES = {
    "scotland": ["scotland", "glasgow", "edinburgh", "aberdeen", "dundee", "inverness"],
    "wales": ["wales", "cardiff", "swansea", "newport", "wrexham", "cymru", "cymraeg", "dwi", "rwy", "cymraes", "cymro"],
    "northern_ireland": ["northern ireland", "belfast", "derry", "londonderry", "lisburn", "newry"],
    "england": ["england", "london", "birmingham", "manchester", "liverpool", "leeds", "bristol", "sheffield", "newcastle", "cambridge", "peterborough"],
}  # fmt: skip


@dataclass(frozen=True)
class Spotted:
    """One thing found. kind: "app", "contact", "nation", "said", "age", "hears", "listener" or "reader". start, end: where in the text."""

    kind: str
    value: str
    start: int
    end: int


class Spotter:
    """Finds the names it is given, and the plain facts above.

    names: {kind: {value: its names, lower case}}. A name of five letters or more is also found with one letter wrong.
    """

    def __init__(self, names: dict[str, dict[str, Iterable[str]]]):
        self._names = {
            (kind, tuple(words_only(name))): value for kind, values in names.items() for value, known in values.items() for name in known
        }
        self._kinds = tuple(names)
        self._longest = max((len(words) for _, words in self._names), default=1)
        self._typos = Targets({words[0] for _, words in self._names if len(words) == 1}, shortest=5)

    def spot(self, text: str) -> list[Spotted]:
        """Everything found, in the order of the text; of each kind at most the first two."""
        found = [*self._named(text), *_facts(text)]
        return sorted((f for i, f in enumerate(found) if sum(g.kind == f.kind for g in found[:i]) < 2), key=lambda f: f.start)

    def _named(self, text: str) -> list[Spotted]:
        places = [(m.start(), m.end(), plain(m[0])) for m in re.finditer(r"[^\W_]+(?:['’][^\W_]+)?", text)]
        words = [word for _, _, word in places]
        found, at = [], 0
        while at < len(words):
            step = 1
            for size in range(min(self._longest, len(words) - at), 0, -1):
                run = tuple(words[at : at + size])
                slips = self._mistyped(run[0]) if size == 1 else {}
                for kind in self._kinds:
                    value = self._names.get((kind, run)) or slips.get(kind)
                    if value and (kind != "nation" or _place(words, at, size)) and (kind != "contact" or _asked_for(words, at, run)):
                        found.append(Spotted(kind, value, places[at][0], places[at + size - 1][1]))
                        step = size
                if step > 1 or (found and found[-1].start == places[at][0]):
                    break
            at += step
        return found

    def _mistyped(self, word: str) -> dict[str, str]:
        """What a word with one letter wrong can only stand for, by kind: some names are listed with their own misspellings."""
        near = [(target,) for target in self._typos.near(word) if target[0] == word[0] and word not in _OTHER_WORDS]
        meant = {kind: {self._names.get((kind, target)) for target in near} for kind in self._kinds} if near else {}
        return {kind: values.pop() for kind, values in meant.items() if len(values) == 1 and None not in values}


# Before a contact: "no police", "i dont want to ring childline" ask for neither.
_NOT = frozenset("no not dont cant cannot wont never without isnt".split())
# Before a number of three digits that is a contact's: "ring 101", "999 or 101"; not "101 high street", "we had 999 likes".
_BEFORE_A_NUMBER = frozenset(
    "ring rings rang ringing call calls called calling phone phoned phoning dial dialled dialling text on to or and is does do did will can about contact "
    "use used using number the nhs when whats what than via through of".split()
)
# One letter from a name, and another word.
_OTHER_WORDS = frozenset("polite derby discard".split())
# What people call a contact, beside its number. By id, as in content/contacts.yml.
CONTACT_NAMES = {
    "childline": ["childline", "child line"],
    "999": ["emergency services", "ambulance", "press 55", "dial 55"],
    "101": ["police", "the police", "polis", "coppers"],
    "ceop": ["ceop", "ceops"],
    "nspcc": ["nspcc", "nspc"],
    "samaritans": ["samaritans", "samaritan"],
    "shout": ["shout text", "text shout", "shout line"],
    "papyrus": ["papyrus", "hopeline"],
    "nhs111": ["nhs"],
    "stop_it_now": ["stop it now"],
    "crimestoppers": ["crimestoppers", "crime stoppers"],
    "rph": ["revenge porn helpline", "revenge porn line"],
    "victim_support": ["victim support"],
    "missing": ["missing people", "runaway helpline"],
    "report_remove": ["report remove"],
    "meic": ["meic"],
    "council": ["social services", "social care", "childrens services"],
}


def names_in(content) -> dict[str, dict[str, Iterable[str]]]:
    """Every name to look for: the apps of content/apps/, the contacts that have follow-ups, the nations."""
    apps = {app.slug: app.aliases for app in content.follow_ups.apps.values()}
    contacts = {i: [*names, *_numbers(content.contacts[i])] for i, names in CONTACT_NAMES.items() if i in content.contacts}
    return {"app": apps, "contact": contacts, "nation": NATION_NAMES}


def _numbers(contact) -> list[str]:
    """The contact's numbers as people type them: with the directory's blanks, and without."""
    numbers = [way.number for way in contact.ways if way.number]
    return list(dict.fromkeys([*numbers, *(number.replace(" ", "") for number in numbers)]))


def words_only(name: str) -> list[str]:
    """A name as the words it is looked up by."""
    return re.findall(r"[^\W_]+", plain(name))


def _asked_for(words: list[str], at: int, run: tuple[str, ...]) -> bool:
    """Whether a contact's name is meant as one: "ring 101", "and childline?"; not "no police", "101 high street"."""
    if _NOT & {*words[max(0, at - 5) : at]}:
        return False
    three_digits = len(run) == 1 and run[0].isdigit() and len(run[0]) == 3
    return not three_digits or at == 0 or len(words) <= 3 or words[at - 1] in _BEFORE_A_NUMBER


def _place(words: list[str], at: int, size: int) -> bool:
    """Whether a place name says where somebody is: "in scotland", "belfast here", or the name alone; not "the england match"."""
    near = set(words[max(0, at - 2) : at])
    return len(words) <= size + 2 or bool(_NATION_BEFORE & near) or words[at + size : at + size + 1] == ["here"]


def _facts(text: str) -> list[Spotted]:
    found = []
    low = re.sub(r"[’'`]", "", text.lower())
    to_die = "to_die" if wants_to_die(text) else None
    answer, of_danger = bare_answer(text), said_of_danger(low)
    if answer in ("today", "no") and of_danger == "safe":
        answer = None  # "im ok now" is no day, and "no im ok" says that they are
    if said := to_die or answer or of_danger or bare_fact(low) or ("back" if says_back(low) else None):
        found.append(Spotted("said", said, 0, len(text)))
    if age := own_age(low):
        found.append(Spotted("age", age, 0, len(text)))
    if listener := _LISTENER.search(low):
        who = "trusted_adult" if listener["adult"] else "child" if listener["child"] else "teacher"
        found.append(Spotted("listener", who, listener.start(), listener.end()))
    if hears := "yes" if _HEARS.search(low) else "no" if _DEAF.search(low) else "":
        found.append(Spotted("hears", hears, 0, len(text)))
    if signs := "yes" if _BSL.search(low) else "no" if _NO_BSL.search(low) else "":
        found.append(Spotted("signs", signs, 0, len(text)))
    if reader := said_reader(low):
        found.append(Spotted("reader", reader, 0, len(text)))
    return found


def own_age(low: str) -> str | None:
    """The age group somebody gives for themselves: "under_13", "teen", "adult" or, from 26 on, "grown_up"; None when they don't.

    low: the text in lower case without apostrophes.
    """
    if year := _OWN_YEAR.search(low):
        return "under_13" if int(year["n"]) <= 7 else "teen" if int(year["n"]) <= 13 else None
    if re.fullmatch(r"\W*[0-7]\W*", low):
        return None  # likelier meant for a button
    if len(low) <= _BARE and _ONLY_AGE.fullmatch(low):
        low = "im " + re.sub(r"^\W*(?:im|i am|iam|am|aged?)?\s*", "", low)
    ages = [(_AGE_WORDS.get(m["n"]) or int(m["n"])) - bool(m["not_yet"]) for m in _OWN_AGE.finditer(low) if not _not_so(low[: m.start()])]
    ages = [age for age in ages if 4 <= age <= 99]
    if not ages:
        return None
    return "under_13" if min(ages) < 13 else "teen" if min(ages) < 18 else "adult" if min(ages) < 26 else "grown_up"


def _not_so(before: str) -> bool:
    """Whether an age after these words is one that was told to somebody, or is not reached yet."""
    for word in reversed(re.findall(r"\w+", before)[-4:]):
        if word in _NOT_SO:
            return True
        if word in _BREAKS_OFF or word.isdigit():
            return False
    return False


def wordless(text: str) -> str | None:
    """What a message without a letter or digit says: "yes", "no", "unsure", "thanks", or "" for "...", "😭" and all else; None when it has words."""
    if any(character.isalnum() for character in text):
        return None
    shown = set(_BESIDE_A_PICTURE.sub("", text))
    return next((said for said, pictures in _PICTURED.items() if shown and shown <= set(pictures)), "")


def wonders(text: str) -> bool:
    """Whether somebody asks if what they describe is all right."""
    return bool(_WONDERS.search(re.sub(r"[’'`]", "", text.lower())))


def bare_fact(low: str) -> str | None:
    """ "age", "number" or "place" when the message gives that and nothing more: "im 11", "hes 15", "12", "in scotland"."""
    if len(low) > _BARE:
        return None
    theirs = _ONLY_THEIR_AGE.fullmatch(low)
    if re.fullmatch(r"\W*\d{1,2}\W*", low):
        return "number"  # an age, likely; but it may be meant for a button
    if _ONLY_AGE.fullmatch(low) or (theirs and (_AGE_WORDS.get(theirs["n"]) or int(theirs["n"])) < 18):
        return "age"
    place = _ONLY_PLACE.fullmatch(low)
    return "place" if place and any(place["place"] in names for names in NATION_NAMES.values()) else None


def would_face_them(text: str) -> str | None:
    """Whether somebody asks to answer or trick the person themselves ("contact"), or is set on hurting them ("harm"); None else."""
    low = plain(text)
    return "contact" if _CONTACT.search(low) else "harm" if _HARM.search(low) else None


def refuses(text: str) -> bool:
    """Whether somebody won't, in so many words: "no i dont want to tell anyone"; not "no he hasnt touched me"."""
    return bool(_REFUSES.search(plain(text)))


def keeps_or_sends(text: str) -> bool:
    """Whether somebody asks if they should send on, save or delete a picture or messages."""
    return bool(_KEEPS.search(plain(text)))


def said_of_danger(low: str) -> str | None:
    """What a short message says of danger and nothing more: "safe", "safe_them", "not_safe", "away" (the one who hurts is elsewhere), "somebody_out" (who may be the one who helps), "no_danger",
    "wrong_button", "only_the_post" (at the door), "long_ago", "home" (somebody is), "said_no" (and it happened all the same), "means_it"; None else.

    low: the text in lower case without apostrophes.
    """
    words = " ".join(re.findall(r"\w+", low))
    if words in ("ok", "okay", "fine", "alright"):
        return None  # a nod
    patterns = {
        "not_safe": _NOT_SAFE, "no_danger": _NO_DANGER, "safe_them": _SAFE_THEM, "safe": _SAFE, "away": _AWAY, "somebody_out": _SOMEBODY_OUT, "wrong_button": _WRONG_BUTTON, "only_the_post": _ONLY_THE_POST, "long_ago": _LONG_AGO, "home": _HOME, "said_no": _SAID_NO, "means_it": _MEANS_IT,
    }  # fmt: skip
    return next((said for said, pattern in patterns.items() if len(words) <= 60 and pattern.fullmatch(words)), None)


def wants_to_die(text: str) -> bool:
    """Whether a wish to die, one's own or somebody's close, is all that a message says."""
    detector = situation_detector()
    # The words first: few messages hold only these, and only they are looked through.
    return len(text) <= _BARE and _BESIDE_A_WISH.issuperset(detector.words(text)) and "wish_to_die" in detector.spoke(text)


def says_back(low: str) -> bool:
    """Whether somebody says that a missing child is back, and nothing else; to be asked only where one was missing. low: as `said_of_danger`."""
    words = " ".join(re.findall(r"\w+", low))
    if len(words) > 90 or not (back := _BACK.search(words)):
        return False
    beside = _FOUND.sub(" ", _WITH_WHOM.sub(" ", f"{words[: back.start()]} {words[back.end() :]}"))
    return _BESIDE_BACK.issuperset(beside.split())


def bare_answer(text: str) -> str | None:
    """One of "yes", "no", "today", "not_today", "day" (another) and "unsure" when the message is that and nothing more: "no thanks" is, "no he wont" is not."""
    if len(text) > 40:
        return None
    if (pictured := wordless(text)) is not None:
        return pictured if pictured in ("yes", "no", "unsure") else None
    if re.fullmatch(r"\W*nn?\W*", text.lower()):  # among words "n" is "and"
        return "no"
    words = [w for w in words_of(text) if w not in _FILLER]
    if not words:
        return None
    kept = set(words)
    if kept <= _TODAY - {"soon"} or (kept & _NOT_ON and "not" not in kept and kept <= _NO | _NOT_ON):  # "tonight", "no its tonight"
        return "today"
    if kept <= _YES | _TODAY and kept & _YES:
        return "yes"
    if kept <= _NOT_ON | {"not"} and kept & _NOT_ON:
        return "not_today"  # no answer to "are you safe?"
    if kept <= _NO | _NOT_ON and kept & {"no", "nah", "nope", "na", "naw"}:
        return "no"
    if kept == {"sure"}:
        return "yes"
    if kept <= _UNSURE and kept & _SAYS_UNSURE and kept != {"not"}:
        return "unsure"
    if kept <= _DAY | _BESIDE_A_DAY and kept & _DAY:
        return "day"
    return None
