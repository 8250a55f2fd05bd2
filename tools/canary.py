"""Canaries: words that exist nowhere else, to type into the server and look for afterwards. For the tests in tests/privacy.

`find` looks into every file below some folders, also inside .gz, .tar.gz and .zip, in lower case, plain, UTF-16, base64 and
percent-encoded. What it cannot see: memory, swap, and other machines.
"""

import base64
import gzip
import io
import os
import secrets
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PEOPLE = "bcdfghjklmnpqrstvwz"


def _word(length: int = 9) -> str:
    vowels = "aeiou"
    return "".join(secrets.choice(vowels if i % 2 else PEOPLE) for i in range(length))


@dataclass(frozen=True)
class Canary:
    """One made-up person. The number is in Ofcom's range for drama, the postcode in no area."""

    name: str = field(default_factory=lambda: f"{_word().title()} {_word().title()}")
    street: str = field(default_factory=lambda: _word(11).title())
    digits: str = field(default_factory=lambda: f"07700900{secrets.randbelow(1000):03}")
    tail: str = field(default_factory=lambda: _word(12))

    @property
    def postcode(self) -> str:
        """Made from the street's letters, which are found with it."""
        return f"QX9 9{self.tail[:2].upper()}"

    @property
    def sentence(self) -> str:
        """What is typed: a name, a number, an address, a handle, and a worry that only this person has."""
        number = f"{self.digits[:5]} {self.digits[5:]}"
        return f"my name is {self.name} and my number is {number}, i live at 77 {self.street} Row {self.postcode}, @{self.tail}, im scared of {self.tail}"

    def needles(self) -> list[bytes]:
        """What to look for: each word that is rare enough alone, in the ways that a program may write it."""
        words = [*self.name.lower().split(), self.street.lower(), self.tail]
        made = []
        for rare in (*words, self.digits, f"{self.digits[:5]} {self.digits[5:]}"):
            made += [rare.encode(), rare.encode("utf-16-le"), rare.replace(" ", "%20").encode()]
        for word in words:  # not the number: on a boundary its own last digits are lost, and all drama numbers share the rest
            # base64 of the word in the middle of something: three ways to fall on its boundaries
            for pad in range(3):
                made.append(base64.b64encode(b"\0" * pad + word.encode())[4 if pad else 0 : -4].lower())
                made.append(base64.b64encode(b"\0" * pad + word.title().encode())[4 if pad else 0 : -4].lower())
        return sorted({needle for needle in made if len(needle) >= 8})


def _contents(name: str, data: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """The file and, when it is an archive, what is in it."""
    yield name, data
    if depth > 3:
        return
    if data[:2] == b"\x1f\x8b":
        try:
            yield from _contents(f"{name}|gz", gzip.decompress(data), depth + 1)
        except (OSError, EOFError):
            return
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from _contents(f"{name}|{member}", archive.read(member), depth + 1)
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                if member.isfile():
                    yield from _contents(f"{name}|{member.name}", archive.extractfile(member).read(), depth + 1)


def find_in(name: str, data: bytes, needles: Iterable[bytes]) -> list[str]:
    """Names of the parts of `data` in which a needle stands."""
    needles = list(needles)
    return [part for part, held in _contents(name, data) if any(needle in lowered for lowered in [held.lower()] for needle in needles)]


def find(folders: Iterable[Path], needles: Iterable[bytes], *, since: float = 0.0, leave_out: Iterable[Path] = ()) -> tuple[list[str], int]:
    """Files with a hit, and how many were read. since: only files changed after that (seconds since 1970)."""
    hits, read, needles, leave_out = [], 0, list(needles), {p.resolve() for p in leave_out}
    for folder in folders:
        for parent, names, files in os.walk(folder):
            names[:] = [n for n in names if (Path(parent) / n).resolve() not in leave_out]
            for file in files:
                path = Path(parent) / file
                try:
                    if not path.is_file() or path.stat().st_mtime < since:
                        continue
                    data = path.read_bytes()
                except OSError:
                    continue  # a socket, or gone meanwhile
                read += 1
                hits += [str(path)] if any(needle in str(path).lower().encode() for needle in needles) else []
                hits += find_in(str(path), data, needles)
    return hits, read
