"""A progress bar for long steps: to a terminal as a bar, to a log as a line when done."""

import sys
import time

from tqdm import tqdm


class Progress:
    """`with Progress("reading", 100) as step: … step(1)`."""

    def __init__(self, what: str, total: int):
        self.what, self.total = what, total

    def __enter__(self):
        self.start = time.monotonic()
        self.bar = tqdm(total=self.total, desc=self.what, disable=not sys.stderr.isatty(), leave=False)
        return self.bar.update

    def __exit__(self, kind, *_):
        self.bar.close()
        if kind is None:
            print(f"  {self.what}: {time.monotonic() - self.start:.0f} s", file=sys.stderr, flush=True)
