"""Bring typed text into one spelling for the deterministic layer: case, apostrophes, leet, text-speak, stretched letters, typos.

The model has its own way with raw text (sub-words, characters); this serves the patterns in data/danger/.
"""

import re
import unicodedata
from collections.abc import Iterable

# Letters that look alike: leet digits and the homoglyphs that a copied or disguised text brings.
_LEET = str.maketrans("013457@$!|", "oieastasil")
_HOMOGLYPHS = str.maketrans("аеорсухіӏкмнтвԁɡ", "aeopcyxilkmhtbdg")
_APOSTROPHES = re.compile("[’'ʼ‘`´]")
_STRETCHED = re.compile(r"(.)\1{2,}")
_CHUNK = re.compile(r"\n|\S+")
_TOKEN = re.compile(r"[a-z]+|\d+|[.!?,;:\n]|[^\sa-z\d]")
_MARKS = "!?.,;:"
# "2" is "to" and "4" is "for" after or before these words, unless they count something; elsewhere they are numbers.
_TO_FOR_AFTER = frozenset(
    "want wants need needs going go gone have got talk talking used trying able next close listen come comes coming way said speak speaking "
    "nice how try forced made off about ready wait waiting waitin look looking ask asking asked asks beg begging pay paid sorry scared "
    "happy".split()
)
_TO_FOR_BEFORE = frozenset(
    "me u you him her us them it my his hers ur your our the a an this that be go get do see meet talk come tell kill die say send leave "
    "stay sleep help make have day nite nyt real ever now sure someone sum1 school skl bed touch hurt find take pick hide stop end hang "
    "kiss".split()
)
# After these it is a number whatever comes next: "at 4 my dad comes home", "ive took 4 now".
_NUMBER_AFTER = frozenset("at by til till until past gate platform year yr level age aged under took taken swallowed".split())
# Before these, and before most plurals, it counts: "got 2 tablets", "going with 4 of them"; "asks 4 pics" and "talk 2 boys" don't count.
_COUNTED = frozenset("of pm am min hour hr week month year yr or more people men women kids children boys girls lads pills tablets".split())
_NOT_COUNTED = frozenset("us his hers this is as was yours ours theirs always ages".split())
_TO_FOR_THINGS = frozenset("talk talking speak speaking listen ask asking asked asks beg begging pay paid look looking next close".split())
_WHAT_IS_ASKED = frozenset("me him her us them you u".split())  # "asked me 4 pics"
_IN_A_NUMBER = re.compile(r"(?<=\d)[.:,](?=\d)")  # 4.30, 16:00 and 1,000 are one number, and no end of a sentence
_SPACED_999 = re.compile(r"\b9[ -]9[ -]9\b")
_PRESSED_55 = re.compile(r"\b(press(?:ed|ing)?|dial(?:led)?|hit) 55\b")  # the key that 999 asks for, and no number of something
_NUMBER_OR_NAME = re.compile(
    r"\d+(?:[a-z]{1,3}|mins|minutes?|hours?|days|weeks?|months?|years?|times|pills|tablets|quid|pounds|miles|people)|[a-z]{2,}[2-9]"
)
# Text-speak with one reading only. Words stay without apostrophes: "hes", "cant", "im".
TEXT_SPEAK = {
    "u": "you", "ur": "your", "r": "are", "n": "and", "nd": "and", "da": "the", "dis": "this", "dat": "that", "wiv": "with", "wid": "with",
    "rn": "right now", "atm": "right now", "tn": "tonight", "2nite": "tonight", "tonite": "tonight", "tnite": "tonight", "2day": "today",
    "2moro": "tomorrow", "2morrow": "tomorrow", "tmrw": "tomorrow", "tmr": "tomorrow", "tmro": "tomorrow", "tomoz": "tomorrow",
    "pls": "please", "plz": "please", "plss": "please", "hlp": "help", "hepl": "help", "halp": "help",
    "wanna": "want to", "wana": "want to", "gonna": "going to", "gona": "going to", "gunna": "going to", "gna": "going to", "gotta": "got to",
    "tryna": "trying to", "bout": "about", "abt": "about", "cuz": "because", "cos": "because", "coz": "because", "bc": "because",
    "ppl": "people", "sum1": "someone", "some1": "someone", "sm1": "someone", "any1": "anyone", "no1": "no one", "every1": "everyone",
    "hse": "house", "hoose": "house", "hme": "home", "skl": "school", "skool": "school", "scl": "school", "bby": "baby",
    "msg": "message", "msgs": "messages", "pic": "picture", "pics": "pictures", "vid": "video", "vids": "videos", "nudez": "nudes",
    "wen": "when", "wnt": "want", "wnts": "wants", "cnt": "cant", "dnt": "dont",
    "hez": "hes", "shez": "shes", "ther": "there", "thers": "theres", "thier": "their", "wer": "where", "whr": "where",
    "ngl": "honestly", "kms": "kill myself", "kys": "kill yourself", "unalive": "kill", "unaliving": "killing", "unalived": "killed", "sewerslide": "suicide",
    "b4": "before", "l8r": "later", "gf": "girlfriend", "bf": "boyfriend", "m8": "mate", "m8s": "mates", "mins": "minutes", "min": "minutes",
    "2": "to", "4": "for", "omw": "on my way", "otw": "on the way", "idk": "dont know", "dunno": "dont know", "imma": "im going to",
    "lemme": "let me", "gimme": "give me", "outta": "out of", "thru": "through", "tht": "that", "em": "them", "nite": "night",
    "wud": "would", "cud": "could", "shud": "should", "hv": "have", "havin": "having", "comin": "coming", "goin": "going", "takin": "taking",
    "dinnae": "dont", "cannae": "cant", "willnae": "wont", "isnae": "isnt", "didnae": "didnt", "oot": "out", "windae": "window", "aff": "off",
    "fae": "from", "hame": "home", "polis": "police", "mom": "mum", "moms": "mums", "mam": "mum", "mams": "mums", "mummy": "mum", "daddy": "dad",
    "iam": "im", "cannot": "cant", "aint": "isnt",
}  # fmt: skip
# As a child writes what they hear, with one reading only. Words of five letters and more are mended by `Targets`; these are too short, too far from what
# was meant, or in the encoder's vocabulary as something else. No text-speak: "mi" and "nos" are no sign that a text is English (addons/spelling.py).
SPELT_BY_EAR = {
    "sed": "said", "sayd": "said", "sez": "says", "sayz": "says", "wot": "what", "wats": "whats", "wots": "whats", "hav": "have", "havnt": "havent",
    "evry": "every", "jus": "just", "jst": "just", "frend": "friend", "freind": "friend", "frends": "friends", "freinds": "friends", "fone": "phone", "fones": "phones",
    "bak": "back", "agen": "again", "becos": "because", "frm": "from", "giv": "give", "givs": "gives", "fink": "think", "finks": "thinks", "thort": "thought", "abowt": "about", "abot": "about",
    "showd": "showed", "askd": "asked", "stopt": "stopped", "lockd": "locked", "sumthing": "something", "sumthin": "something", "summat": "something", "smth": "something",
    "foto": "photo", "fotos": "photos", "wich": "which", "sumone": "someone", "sombody": "somebody", "nobdy": "nobody", "rong": "wrong", "dosnt": "doesnt", "dosent": "doesnt", "dus": "does",
    "dint": "didnt", "diddnt": "didnt", "carnt": "cant", "wudnt": "wouldnt", "cudnt": "couldnt", "ded": "dead", "ment": "meant", "gos": "goes", "gose": "goes", "luv": "love", "luvs": "loves",
    "lyk": "like", "hoo": "who", "nevr": "never", "telt": "told", "tole": "told", "kno": "know", "noes": "knows", "knos": "knows", "hoos": "whos", "teh": "the",
    "tuk": "took", "tuched": "touched", "tuches": "touches", "thay": "they", "thayre": "theyre", "dey": "they", "wiht": "with", "woz": "was", "wos": "was", "wozz": "was", "wasint": "wasnt",
    "tlk": "talk", "mite": "might", "ples": "please", "plese": "please", "scard": "scared", "scaird": "scared", "rote": "wrote", "nife": "knife", "techer": "teacher", "teechr": "teacher", "pleese": "please",
    "mi": "my", "hapend": "happened", "hapened": "happened", "mumm": "mum", "dadd": "dad", "hom": "home", "hous": "house", "hert": "hurt", "herts": "hurts",
    "hospitl": "hospital", "ospital": "hospital", "ambulanse": "ambulance", "polise": "police", "pleece": "police", "urself": "yourself", "miself": "myself", "yeh": "yeah", "cald": "called",
}  # fmt: skip
# "my da", not "in da house"; "20 kms away".
_AFTER_KILOMETRES = frozenset("away from an per long off down north south east west".split())
_WHOSE = frozenset("my ma me our ur your his her their ya".split())
# Right as they stand without an apostrophe; they are in no word list.
CONTRACTIONS = frozenset(
    "whats thats theres heres wheres hows whos lets youre youve youll youd theyre theyve theyll theyd weve ive hes shes its im "
    "isnt arent wasnt werent dont doesnt didnt hasnt havent hadnt wont wouldnt couldnt shouldnt cant mustnt aint mums dads nans".split()
)
_TWO = {("can", "not"): "cant", ("is", "not"): "isnt", ("do", "not"): "dont", ("does", "not"): "doesnt", ("did", "not"): "didnt",
        ("i", "am"): "im", ("he", "is"): "hes", ("she", "is"): "shes", ("they", "are"): "theyre", ("there", "is"): "theres",
        ("i", "have"): "ive", ("has", "not"): "hasnt", ("have", "not"): "havent", ("will", "not"): "wont", ("was", "not"): "wasnt",
        ("it", "is"): "its", ("that", "is"): "thats", ("we", "are"): "were", ("they", "have"): "theyve", ("we", "have"): "weve",
        ("he", "will"): "hell", ("she", "will"): "shell", ("they", "will"): "theyll", ("could", "not"): "couldnt",
        ("would", "not"): "wouldnt", ("are", "not"): "arent", ("had", "not"): "hadnt", ("what", "is"): "whats", ("who", "is"): "whos",
        ("not", "joking"): "honestly", ("not", "kidding"): "honestly", ("not", "lying"): "honestly",
        ("can", "t"): "cant", ("won", "t"): "wont", ("don", "t"): "dont",
        ("i", "m"): "im", ("he", "s"): "hes", ("she", "s"): "shes", ("some", "one"): "someone", ("any", "one"): "anyone"}  # fmt: skip


def plain(text: str) -> str:
    """Lower case, compatibility forms and accents folded, invisible characters out, apostrophes dropped."""
    text = unicodedata.normalize("NFKD", text.lower())
    text = "".join(c for c in text if not unicodedata.combining(c) and unicodedata.category(c) not in ("Cf", "Cs", "Co"))
    text = _APOSTROPHES.sub("", text.translate(_HOMOGLYPHS)).replace("\N{SQUARED SOS}", " sos ")
    return _SPACED_999.sub("999", _IN_A_NUMBER.sub("", text))


def _to_or_for(before: list[str], after: str) -> bool:
    """Whether a "2" or "4" between these words is text-speak."""
    last, previous = ["", "", *before][-1], ["", "", *before][-2]
    if last in _NUMBER_AFTER:
        return False
    if after in _COUNTED or (after.endswith("s") and after not in _NOT_COUNTED):
        return (previous if last in _WHAT_IS_ASKED else last) in _TO_FOR_THINGS
    return last in _TO_FOR_AFTER or after in _TO_FOR_BEFORE


def _spelt_out(word: str, before: str, after: str) -> str | None:
    """Text-speak as words; None when it is none. before, after: what stands beside it."""
    if word in ("da", "das") and before in _WHOSE:
        return word.replace("da", "dad")
    if word == "kms" and before.isdigit() and after in _AFTER_KILOMETRES:
        return None
    return TEXT_SPEAK.get(word) or SPELT_BY_EAR.get(word)


def _unleet(word: str) -> str:
    """h3lp -> help, 0ut51de -> outside; "10", "4pm", "10mins", "2nd" and "ps5" stay."""
    if not re.search(r"[a-z]", word) or not re.search(r"[\d@$!|]", word) or _NUMBER_OR_NAME.fullmatch(word):
        return word
    return word.translate(_LEET)


def words_of(text: str, *, known: Iterable[str] = (), targets: "Targets | None" = None) -> list[str]:
    """The text as normalised tokens; sentence marks are tokens of their own.

    known: words that are right as they stand. targets: words worth mending a typo into.
    """
    tokens: list[str] = []
    mended: dict[str, str] = {}
    chunks = _CHUNK.findall(_PRESSED_55.sub(r"\1 fiftyfive", plain(text)))
    for i, chunk in enumerate(chunks):
        bare = chunk.strip(".,!?;:")
        after = chunks[i + 1].strip(".,!?;:") if i + 1 < len(chunks) else ""
        core = chunk.rstrip(_MARKS)
        marks = chunk[len(core) : len(core) + 1]  # one of "!!!" is enough
        number = bare in ("2", "4") and not _to_or_for(tokens[-2:], after)
        if not number:
            core = _spelt_out(bare, tokens[-1] if tokens else "", after) or _unleet(core)
        for token in _TOKEN.findall(core + " " + marks):
            token = _STRETCHED.sub(r"\1\1", token) if token.isalpha() else token
            if token not in known and len(token) > 2 and token[-1:] == token[-2:-1] and token[:-1] in known:
                token = token[:-1]  # heyy, plss
            if token.isalpha():  # "2" is "to" on its own, not in "2pm"
                token = _spelt_out(token, tokens[-1] if tokens else "", after) or token
            if targets is not None and token.isalpha() and token not in known:
                if token not in mended:
                    mended[token] = targets.mend(token)
                token = mended[token]
            tokens += token.split(" ")
    merged: list[str] = []
    for token in tokens:
        if merged and (merged[-1], token) in _TWO:
            merged[-1] = _TWO[merged[-1], token]
        else:
            merged.append(token)
    return merged


class Targets:
    """Words worth mending a typo into, found by one edit: a letter missing, extra, wrong or in another place.

    shortest: letters; shorter words are near too many others to be targets. Into a word of SHORT letters `mend` undoes what leaves little doubt: two letters
    swapped ("tlod") or one typed twice ("tolld").
    """

    SHORT = 4

    def __init__(self, words: Iterable[str], *, shortest: int = SHORT):
        self._by_deletion: dict[str, set[str]] = {}
        for word in words:
            if len(word) >= shortest and word.isalpha():
                for key in self._keys(word):
                    self._by_deletion.setdefault(key, set()).add(word)

    @staticmethod
    def _keys(word: str) -> set[str]:
        return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}

    def mend(self, word: str) -> str:
        """The one target that is an edit away, or the word itself. Not cached: typed words stay nowhere."""
        found = {w for w in self.near(word) if sorted(w) == sorted(word) or (w[0] == word[0] and (len(w) > self.SHORT or _twice(word, w)))}
        return found.pop() if len(found) == 1 else word

    def near(self, word: str) -> set[str]:
        """Every target that is an edit away; none for a word under 4 or over 24 letters."""
        if not 4 <= len(word) <= 24:
            return set()
        likely = set().union(*(self._by_deletion.get(key, ()) for key in self._keys(word)))
        return {target for target in likely if _one_edit(word, target)}


def _twice(word: str, other: str) -> bool:
    """Whether one letter typed twice makes word of other."""
    return len(word) == len(other) + 1 and any(word[i] == word[i - 1] and word[:i] + word[i + 1 :] == other for i in range(1, len(word)))


def _one_edit(word: str, other: str) -> bool:
    """Whether one letter more, less, other or moved makes one word the other. Both are the same but for one letter each at most."""
    start = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    rest, wanted = word[start:], other[start:]
    return rest[1:] == wanted or rest == wanted[1:] or rest[1:] == wanted[1:] or sorted(rest) == sorted(wanted)
