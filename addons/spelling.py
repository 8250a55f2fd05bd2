"""The nearest word that people use for one they mistyped: "outsied" is read a second time as "outside".

Words come from the training messages; what the encoder knows as a whole word is never touched. Where nothing is near, the
word stays: names, slang and other languages pass through.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from actions.normalise import CONTRACTIONS, TEXT_SPEAK, Targets

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_ANY_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_STRETCHED = re.compile(r"(.)\1{2,}")
SHORTEST, LONGEST = 4, 24  # letters: in "hse" three words are near, and no word is longer
KNOWN = 2  # a word seen so often stands; fewer may be a slip of ours
WORTH = 4  # a word seen so often may be meant by another
# Words seen so often may have run together ("hewants"), and English sentences hold some of them: one in so many, and never fewer than the second.
COMMON_SHARE, COMMON = 75_000, 30
ENGLISH = 1 / 3  # of the words of a text: with no more common ones it is another language, of 100 English messages less than one

# Cries for help in languages that are written in Latin letters: with one or two words there is nothing to count.
CRIES = frozenset(
    "pomocy pomoc ratunku policja ajutor ajutati politia polizia pomozte pomozi upomoc segitseg segítség ajuda socorro ayuda auxilio secours hilfe polizei aiuto yardim yardım imdat "
    "ndihme ndihmë caawimo caawi gargaar madad bachao cymorth helpwch padeti padėti pagalba palidziba palīdzība tulong giup".split()
)


class Spelling:
    """Mends words that are one slip away from one in use: a letter missing, extra, wrong, or two swapped.

    counts: how often each word stands in the training messages, lower case, no apostrophes. lexicon: words that are right too.
    """

    def __init__(self, counts: dict[str, int], lexicon: Iterable[str] = ()):
        self.counts = counts
        # A share: with more messages a few foreign words ("la", of a la carte) would come to be common too.
        self.common = max(COMMON, sum(counts.values()) // COMMON_SHARE)
        self._right = {*counts, *lexicon, *CONTRACTIONS, *TEXT_SPEAK}
        self._targets = Targets((word for word, n in counts.items() if n >= WORTH), shortest=SHORTEST)

    @classmethod
    def learn(cls, texts: Iterable[str], lexicon: Iterable[str] = ()) -> "Spelling":
        """From training messages, as they were written."""
        counts = Counter(_plain(match[0]) for text in texts for match in _WORD.finditer(text))
        return cls({word: n for word, n in counts.items() if n >= KNOWN}, lexicon)

    def mend(self, text: str) -> str:
        """The text with its mistyped words mended; the same text when there are none. Nothing is cached: typed words stay nowhere."""
        return _WORD.sub(lambda match: self._mended(match[0]), text)

    def another_language(self, text: str) -> bool:
        """Whether a text is not English: by its letters, or because hardly any word is common here: of three words on, or of a cry for help."""
        words = _ANY_WORD.findall(unicodedata.normalize("NFKC", text))  # letters in fancy fonts are Latin ones
        letters = "".join(words)
        if sum("LATIN" not in unicodedata.name(c, "LATIN") for c in letters) * 2 > len(letters):
            return True
        common = sum(self.counts.get(_plain(word), 0) >= self.common or _plain(word) in TEXT_SPEAK for word in words)
        cries = any(_plain(word) in CRIES for word in words)
        return (len(words) >= 3 or cries) and common <= ENGLISH * len(words)

    def _mended(self, typed: str) -> str:
        word = _plain(typed)
        if word in self._right or not SHORTEST <= len(word) <= LONGEST:
            return typed
        short = _STRETCHED.sub(r"\1", word)
        if short in self.counts:
            return short
        if near := self._targets.near(word):
            return max(sorted(near), key=lambda found: self._likely(word, found))
        return self._parted(word) or typed

    def _likely(self, word: str, meant: str) -> int:
        """How likely this was meant: by use; a swap and a right first letter count for more, as thumbs go."""
        return self.counts[meant] * (3 if meant[0] == word[0] else 1) * (4 if sorted(meant) == sorted(word) else 1)

    def _parted(self, word: str) -> str:
        """Two common words that ran together; "" when it is none."""
        uses = {i: min(self.counts.get(word[:i], 0), self.counts.get(word[i:], 0)) for i in range(2, len(word) - 1)}
        best = max(uses, key=uses.get)
        return f"{word[:best]} {word[best:]}" if uses[best] >= self.common else ""


def _plain(word: str) -> str:
    return word.lower().replace("'", "").replace("’", "")
