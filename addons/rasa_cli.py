"""Rasa's command line, fitted to this project: `python -m addons.rasa_cli train | run | test | shell | data validate`.

What is set before Rasa starts: the stand-ins for absent packages (addons/lean.py), actions in process
(addons/in_process.py), and two things that newer Sanic does otherwise than Rasa expects: one server process (its
workers start in a way Rasa's application object cannot survive), and the name `response.stream`, for `rasa shell`.
"""

import functools
import os
import sys
import warnings

from addons import lean


def main() -> None:
    """Run the Rasa command given on the command line."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    if {"run", "shell"} & set(sys.argv[1:2]):
        # One message is small work: numpy's threads would only wait for each other (half the CPU of a turn).
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    warnings.filterwarnings("ignore", message=".*parseString.*")
    lean.install()

    from sanic import Sanic, response

    Sanic.run = functools.partialmethod(Sanic.run, single_process=True)
    response.stream = response.ResponseStream

    from addons import in_process

    in_process.install()
    from rasa.__main__ import main as rasa_main

    sys.argv[0] = "rasa"
    rasa_main()


if __name__ == "__main__":
    main()
