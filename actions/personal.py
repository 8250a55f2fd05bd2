"""Notice that somebody typed personal details, without keeping or repeating them.

`kinds` says which kinds are there, never what they are: "phone", "email", "postcode", "address", "handle", "link", "name",
"birthday". Enough for a line such as "Please don't give names or numbers here. Give them to 999 or CEOP."

Rough on purpose. A missed detail does no harm, because nothing typed is kept (docs/privacy.md); a wrong notice costs a line,
so words that frightened people use ("i am scared", "call me", "im at home") must not set it off. Numbers of the directory
(999, 0800 1111) are not personal. Time is linear in the length; text above 16,384 characters is cut.
"""

import re
import unicodedata
from collections.abc import Set

LONGEST = 16_384

_EMAIL = re.compile(r"[a-z0-9._%+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[a-z0-9-]{1,63}(?:\.[a-z]{2,24}){1,3}\b")
_LINK = re.compile(r"\b(?:https?://|www\.)\S{3,}|\b(?:discord\.gg|t\.me|wa\.me|onlyfans\.com|snapchat\.com/add)/\S+")
# A run of digits with the marks people put between them; judged by how many digits it has.
_NUMBER = re.compile(r"(?<![\w£$€])(?:\+|00)?\(?\d(?:[ \-.()]{0,2}\d){5,15}(?!\w)")
_POSTCODE = re.compile(
    r"\b(?:gir ?0aa|[a-pr-uwyz](?:[0-9][0-9a-hjkps-uw]?|[a-hk-y][0-9](?:[0-9]|[abehmnprv-y])?) ?[0-9][abd-hjlnp-uw-z]{2})\b"
)
_STREET = (
    "street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|crescent|cres|court|ct|way|terrace|gardens|grove|place|row|walk|hill|park|mews|square"
    "|green|rise|view|estate|parade|drove|gate"
)
_ADDRESS = re.compile(rf"\b(?:flat |apartment |no\.? ?)?\d{{1,4}}[a-d]?,? (?:[a-z'-]{{3,20}} ){{1,3}}(?:{_STREET})\b")
_APPS = "snap|snapchat|insta|instagram|ig|discord|roblox|tiktok|tik tok|telegram|whatsapp|steam|xbox|psn|gamertag|kik|facebook|fb|user ?name|username|handle"
_HANDLE = re.compile(
    rf"(?<![\w.])@[a-z0-9][a-z0-9._]{{2,29}}\b"
    rf"|\b(?:my|his|her|their|the) (?:{_APPS})(?: (?:name|user|username|tag|handle|account|id))? ?(?:is|:|=) ?@?(?!(?:private|public|gone|blocked|hacked|deleted|not|a|the|on|off|full|really|just|so|too|called|down|new|still|being|getting|banned|locked|mine|his|hers|ok|fine|safe|my|where|what|how|broken|closed|real|fake)\b)[a-z0-9._#-]{{3,30}}"
    rf"|\b[a-z0-9._]{{2,31}}#\d{{4}}\b"
)
# "i'm scared" is no name: only phrases that introduce one, and a word after them that is no common word.
_NO_NAME = (
    "not|on|in|the|a|an|my|his|her|private|no|none|irrelevant|important|secret|what|why|who|too|so|really|just|nothing|being|all|also|only|out|"
    "everywhere|known|there|and|or|but|because|if|that|this|it|bad|mud|changed|used|taken|like|names|stupid|ugly|fat|gay"
)
_NAME = re.compile(
    rf"\b(?:my (?:full |real |first |last )?name(?:'?s| is)|(?:his|her|their) (?:full |real |first |last )?name(?:'?s| is)|(?:i am|im|i'm) called|(?:he|she) is called|(?:he|she)'?s called) (?!(?:{_NO_NAME})\b)[^\W\d_]{{2,20}}"
)
_BIRTHDAY = re.compile(
    r"\b(?:born (?:on|in)|birthday(?:'?s| is)|dob(?: is|:)?|date of birth(?: is|:)?) {0,2}(?:the )?\d{1,4}|\b\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d{2}\b"
)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_phone(run: str, public: Set[str]) -> bool:
    digits = _digits(run)
    if digits in public:
        return False
    if digits.startswith("0044"):
        digits = "0" + digits[4:].lstrip("0")
    elif run.lstrip(" (").startswith("+44"):
        digits = "0" + digits[2:].lstrip("0")
    if digits in public:
        return False
    international = run.lstrip().startswith(("+", "00"))
    return (
        (digits[0] in "07" and len(digits) in (10, 11))
        or (digits[0] == "7" and len(digits) == 10)
        or (international and 9 <= len(digits) <= 15)
    )


def kinds(text: str, public: Set[str]) -> frozenset[str]:
    """The kinds of personal details in a text; empty when there are none. The text is neither kept nor part of the answer.

    public: numbers that are nobody's own, digits only (ContactDirectory.numbers).
    """
    text = unicodedata.normalize("NFKC", text[:LONGEST]).lower().replace("’", "'")
    found = {
        "email": _EMAIL.search(text),
        "link": _LINK.search(text),
        "phone": any(_is_phone(m.group(), public) for m in _NUMBER.finditer(text)),
        "postcode": _POSTCODE.search(text),
        "address": _ADDRESS.search(text),
        "handle": _HANDLE.search(_EMAIL.sub(" ", text)),
        "name": _NAME.search(text),
        "birthday": _BIRTHDAY.search(text),
    }
    return frozenset(kind for kind, there in found.items() if there)
