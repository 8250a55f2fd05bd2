"""Rasa's command line, fitted to this project: `python -m addons.rasa_cli train | run | test | shell | data validate`.

Three things are set before Rasa starts: the stand-ins for absent packages (addons/lean.py), actions in process
(addons/in_process.py), and one server process, because Sanic's newer releases start workers in a way Rasa's
application object cannot survive.
"""

import functools
import os
import sys
import warnings

from addons import lean


def main() -> None:
    """Run the Rasa command given on the command line."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    warnings.filterwarnings("ignore", message=".*parseString.*")
    lean.install()

    from sanic import Sanic

    Sanic.run = functools.partialmethod(Sanic.run, single_process=True)

    from addons import in_process

    in_process.install()
    from rasa.__main__ import main as rasa_main

    sys.argv[0] = "rasa"
    rasa_main()


if __name__ == "__main__":
    main()
