"""Who is writing, where somebody says it outright: "no i meant my friend", "im her mum", "this is his dad typing now".

Deterministic, and only where the words leave no doubt: "its my brother, he hurts me" and "its her mum" name a person and say nothing
of who is writing. What the rest of a message suggests is the model's to say. Measured on data/readers.csv (docs/decisions.md).
"""

import re

_FEW = r"(?:\w+ ){0,2}?"  # "my BEST friend", "my LITTLE BROTHERS friend"
# "my friend", of whom the message is: not "my brother does it to me", which is about the one who writes.
_OTHER = r"(?:friend|friends|mate|mates|bestie|sister|brother|cousin|classmate)\b(?!.*(?<!not )\bme\b)"
_OWN_CHILD = (
    r"(?:daughter|son|child|kid|grandson|granddaughter|grandchild|stepson|stepdaughter|foster child)\b(?! (?:brother|sister|cousin))"
)

# The parts people have towards the child that a conversation is about.
_CHILD = r"(?:(?:foster |step ?)?(?:daughter|son)|child|kid|pupil|student)\b"
_SIBLING = r"(?:(?:big |little |older |younger |twin )?(?:sister|brother)|cousin|(?:best )?(?:friend|mate)|bestie)\b"
# A grown-up whose child it isn't reads what a friend does, in words for grown-ups (Case.grown_friend).
_FAMILY_FRIEND = r"(?:(?:great )?(?:aunt|auntie|aunty|uncle)|god(?:mother|mum|father|dad|parent)|(?:next door )?neighbour|(?:mums|dads|mothers|fathers|family) friend)\b"
_CARER = (
    r"(?:mum|mam|mom|dad|mother|father|parent|nan|nana|gran|grandad|grandma|guardian|stepmum|stepdad|foster carer|foster mum|foster dad)\b"
)
_A_CARER = r"(?:single |foster |step |new |first time )?(?:mum|mam|dad|nan|nana|gran|grandad|grandma|grandmother|grandfather|stepmum|stepdad|foster carer)"
_WORKER = (
    r"(?:(?:form |class |head ?)?teacher|head of year|(?:class|teaching) assistant|tutor|school nurse|nurse|doctor|gp|paramedic|"
    r"(?:social|key|youth|support|case) ?worker|counsellor|childminder|pastoral (?:lead|manager)|safeguarding lead|dsl)\b"
)
_THEIR = rf"(?:(?:her|his|their) {_FEW}|the (?:\w+s )?)"  # "her YEAR SIX teacher", "the GIRLS mum"
# "this is her teacher who keeps messaging her", "the coach i told you about": a story and no name for who is writing.
_TELLS = r"(?! (?:i|ive|im|we|weve|my|who|whos|that|thats|which|in|next|at|from|did|does|is|was|has|keeps|hits|hit)\b)"
# After "im the …": "the child protection lead" is what somebody works as.
_NO_TITLE = r"(?=\W*$|\W*[.,;:!?()-]| (?:now|here|and|of|who|whos|in|at|on|with|from|to|for|im|ive|i|she|shes|he|hes|they|we|typing|writing|but|so|its)\b)"
_AT_THE_KEYS = r"(?: now\b|(?: \w+){0,2}? (?:typing|writing|speaking)\b)"


def _says_they_are(role: str, one_of_many: bool = False) -> list[str]:
    """The ways to say who one is. one_of_many: "im a foster carer" tells as much as "im her foster carer"."""
    return [
        rf"\b(?:im|i am) (?:her|his|their) {_FEW}{role}",
        rf"\b(?:im|i am) the (?:\w+s )?{role}{_NO_TITLE}",
        *([rf"\b(?:im|i am) an? {role}(?! (?:helper|support|governor|liaison|hen|volunteer|rep)\b)"] if one_of_many else []),
        rf"\b(?:this is|youre (?:talking|speaking) to) {_THEIR}{role}{_TELLS}",
        rf"\bits {_THEIR}{role}{_AT_THE_KEYS}",  # "its her mum" may as well be who did it
        rf"^\W*(?:hi |hello |ok |sorry )?{_THEIR}{role} here\b",
    ]


# By reader, in the order in which they are asked: the first that says so.
_SAID = {
    "young_person": [
        r"\bits (?:really|actually) me\b",
        r"\bits me now\b",
        r"\bnot\b.{0,30}\bits me\b",
        r"^\W*(?:ok(?:ay)? |no )?its me\W*$",
        r"\bthe friend is (?:really |actually )?me\b",
        rf"\bi am the (?:friend|child|kid)\b{_NO_TITLE}",
        r"\bi said (?:friend|mate|sister|brother|daughter|son|cousin)\b.{0,12}\bme\b",
        r"\bi meant me\b",
        r"\bi was (?:really |actually )?(?:on about|talking about|meaning) me\b",
        r"\bim (?:really |actually )?talking about (?:me|myself)\b",
        r"\bthere ?(?:is|s|was|isnt|wasnt|never was) (?:no|a|any) (?:friend|mate)\W*(?:$|its me|it was me)",
        r"\bits (?:her|him) typing now\b",
        r"\b(?:mum|dad|mam|miss|sir|nan) (?:let|lets|said i can|says i can) (?:me )?(?:type|write)\b",
        *_says_they_are(_CHILD),
    ],
    "friend": [
        rf"\bi meant? (?:its |about |from |for )?(?:my|a) {_FEW}{_OTHER}",
        rf"\bnot (?:about |for )?me\W+(?:its |but )?(?:about |for )?(?:my|a) {_FEW}{_OTHER}",
        rf"\bits (?:about|for) (?:my|a) {_FEW}{_OTHER}",
        rf"\basking for (?:my|a) {_FEW}(?:friend|mate|bestie)\b",
        rf"\bnot my {_OWN_CHILD}.{{0,12}}\bmy {_FEW}{_OTHER}",
        rf"\bmy {_FEW}{_OTHER}\W+not my {_OWN_CHILD}",
        *_says_they_are(_SIBLING),
        # "im his neighbour and he keeps touching me" is about the one who writes; "her uncle here" may be who did it.
        rf"\b(?:im|i am) (?:her|his|their|the) {_FEW}{_FAMILY_FRIEND}(?!.*\b(?:me|us)\b)",
    ],
    "parent": [
        rf"\bi meant? (?:its |about |from |for )?(?:my|our) {_FEW}{_OWN_CHILD}",
        rf"\bits (?:about |for )?(?:my|our) {_FEW}{_OWN_CHILD}",
        rf"\bnot (?:about |for )?me\W+(?:its |but )?(?:about |for )?(?:my|our) {_FEW}{_OWN_CHILD}",
        rf"\bnot my {_OTHER}.{{0,12}}\bmy {_FEW}{_OWN_CHILD}",
        rf"\bmy (?:own )?{_OWN_CHILD}\W+not (?:my|a) (?:friend|mate|pupil)\b",
        *_says_they_are(_CARER, one_of_many=True),
        rf"^\W*(?:hi |hello )?(?:(?:im|i am) (?:an? )?{_A_CARER}(?: of (?:\w+|\d))?(?: here)?|{_A_CARER} (?:of (?:\w+|\d)|here))\W*$",  # "dad" alone may be who does it
    ],
    # "im a teacher", and nothing more: with more it may be about their own child.
    "professional": [
        *_says_they_are(_WORKER),
        rf"^\W*(?:hi |hello |ok |sorry )?(?:im|i am) an? (?:\w+ )?{_WORKER}\W*$",
        rf"^\W*(?:hi |hello )?(?:school nurse|dsl|{_WORKER} here)\W*$",  # "teacher" alone may be who does it
        # Work that says itself whose child it is about: "i am a nanny for a family", "i drive a school taxi".
        r"\b(?:im|i am) an? (?:\w+ )?(?:nanny|babysitter|childminder|au pair|scout leader|guide leader|sunday school (?:teacher|helper)|lifeguard|chaperone|lunchtime supervisor|dinner lady)\b(?=.*\b(?:the|a|one of|family|child|kid|girl|boy|lad)\b)",
        r"\bi (?:drive|driving) (?:a|the) school (?:bus|taxi|minibus)\b",
        r"\bi (?:volunteer|work) (?:at|in|with|for) (?:an? |the )?(?:\w+ )?(?:scouts|cubs|brownies|guides|beavers|youth club|sunday school|food bank|nursery|school|children|kids)\b",
        r"\b(?:a|one) (?:child|pupil|student|girl|boy|lad|kid) (?:in my (?:care|nursery|form group|year \d class)|at my (?:club|nursery|setting)|i (?:teach|coach|mind|childmind))\b",
    ],
}
_READERS = {reader: re.compile("|".join(forms)) for reader, forms in _SAID.items()}


def said_reader(low: str) -> str | None:
    """Who somebody says they are, or says this is about: "young_person", "friend", "parent" or "professional"; None when they don't.

    low: the message in lower case without apostrophes.
    """
    return next((reader for reader, form in _READERS.items() if form.search(low)), None)
