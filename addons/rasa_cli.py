"""Rasa's command line, fitted to this project: `python -m addons.rasa_cli train | run | test | shell | data validate`.

What is set before Rasa starts: the stand-ins for absent packages (addons/lean.py), actions in process
(addons/in_process.py), two things that newer Sanic does otherwise than Rasa expects: one server process (its
workers start in a way Rasa's application object cannot survive), and the name `response.stream`, for `rasa shell`.
For a server also: no words in any log (addons/quiet_log.py), no store or endpoint that keeps or sends them (addons/endpoints.py),
HTTP headers and limits (addons/security.py), a store that may fail (addons/fail_soft.py), a model that may come later
(addons/model_watch.py). For what reads all training messages (training, validation, tests): messages read quickly (addons/quick_reading.py).
"""

import contextlib
import functools
import os
import sys
import warnings

from addons import lean


def main() -> None:
    """Run the Rasa command given on the command line."""
    if {"run", "shell"} & set(sys.argv[1:2]):
        # One message is small work: numpy's threads would only wait for each other (half the CPU of a turn).
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if {"interactive", "x"} & set(sys.argv[1:2]):
        sys.exit("rasa interactive and rasa x keep what is typed, in files; they are not for this project. `make talk` and `make try` are.")
    lean.install()
    with warnings.catch_warnings():  # Rasa uses old names of its dependencies; who imports them first hears of it
        warnings.simplefilter("ignore")
        import packaging.requirements  # noqa: F401
        import pkg_resources  # noqa: F401

    from sanic import Sanic, response

    Sanic.run = functools.partialmethod(Sanic.run, single_process=True)
    response.stream = response.ResponseStream

    from addons import in_process, quiet_log, security

    in_process.install()
    if {"train", "data", "test"} & set(sys.argv[1:2]):
        from addons import quick_reading

        quick_reading.install()
    if {"run", "shell"} & set(sys.argv[1:2]):
        from addons import endpoints, fail_soft

        quiet_log.install()
        security.install()
        endpoints.install()
        fail_soft.install()
    if sys.argv[1:2] == ["run"]:
        from addons import connections, model_watch

        _all_file_handles()
        _check_content()
        _check_redis()
        connections.install()
        model_watch.install()
    from rasa.__main__ import main as rasa_main

    sys.argv[0] = "rasa"
    try:
        rasa_main()
    except KeyboardInterrupt:
        if sys.argv[1:2] != ["train"]:
            raise
        sys.exit("Stopped: no model was written, and one that was there is as it was. Run it again to train.")


def _all_file_handles() -> None:
    """Every connection is one; the usual soft limit of 1,024 is for programs that hold few."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65_536)), hard))


def _check_content() -> None:
    """Without words or contacts there is nothing true to say: don't start, and name the file and key in one line."""
    from actions.contacts import ContentError
    from addons.security import DoesNotStart

    try:
        from actions.actions import content
        from actions.signals import build_all

        content()
        build_all()
    except ContentError as error:
        raise DoesNotStart(error) from None


def _check_redis() -> None:
    """One that is too old is told now; one that is away keeps nobody from starting."""
    from addons.security import DoesNotStart
    from addons.shared import RedisTooOld, check_redis

    try:
        check_redis(os.environ)
    except RedisTooOld as error:
        raise DoesNotStart(error) from None


if __name__ == "__main__":
    main()
