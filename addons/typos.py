"""Seeded typing noise: the slips that a phone, haste and fear make. For training copies and for measuring."""

import random

# Neighbours on a phone's keyboard.
_NEAR = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl", "p": "ol", "a": "qsz",
    "s": "awdx", "d": "sefc", "f": "drgv", "g": "fthb", "h": "gyjn", "j": "hukm", "k": "jil", "l": "kop", "z": "asx", "x": "zsdc",
    "c": "xdfv", "v": "cfgb", "b": "vghn", "n": "bhjm", "m": "njk",
}  # fmt: skip
_SOUNDS = [("ght", "t"), ("ph", "f"), ("ck", "k"), ("ing", "in"), ("th", "f"), ("ou", "u"), ("ea", "e"), ("tion", "shun"), ("ee", "e")]
_SHORT = {
    "you": "u", "are": "r", "your": "ur", "to": "2", "for": "4", "please": "pls", "because": "cuz", "what": "wot", "tonight": "2nite",
    "with": "wiv", "someone": "sum1", "people": "ppl", "the": "da", "and": "n", "message": "msg", "about": "bout", "when": "wen", "want": "wnt",
}  # fmt: skip


def _slip(word: str, rng: random.Random) -> str:
    i = rng.randrange(len(word))
    kind = rng.random()
    if kind < 0.25 and len(word) > 3:
        return word[:i] + word[i + 1 :]
    if kind < 0.45 and i + 1 < len(word):
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if kind < 0.7 and word[i].lower() in _NEAR:
        return word[:i] + rng.choice(_NEAR[word[i].lower()]) + word[i + 1 :]
    if kind < 0.8:
        return word[:i] + word[i] + word[i:]
    sound = rng.choice(_SOUNDS)
    return word.replace(*sound, 1)


def noisy(text: str, rng: random.Random, *, rate: float = 0.25) -> str:
    """The text with about `rate` of its words mistyped, some merged or shortened, and its punctuation and capitals shaky."""
    words = []
    for word in text.split():
        if word.lower() in _SHORT and rng.random() < rate:
            word = _SHORT[word.lower()]
        elif len(word) > 2 and rng.random() < rate:
            word = _slip(word, rng)
        words.append(word)
    out = ""
    for i, word in enumerate(words):
        glue = "" if i == 0 or rng.random() < rate / 8 else " "
        out += glue + word
    if rng.random() < 0.5:
        out = out.lower()
    if rng.random() < 0.5:
        out = "".join(c for c in out if c not in ".,'’!?")
    return out or text
