"""Keep words out of every log, whoever writes it and at whatever level.

Rasa quotes messages in its debug log, prints local variables with structured errors, and Python prints the text of an
exception, which may quote somebody. After `install()`:

- debug lines are not written, whatever `--debug` or LOG_LEVEL say;
- an exception is its kind and the places in the code, never its message, also from threads, tasks and at exit; a warning too;
- of Rasa's structured events the name, level and numbers are kept; of ours everything;
- the access log, which holds addresses, is off, and a crash writes no core file.

This governs how a line is written, in the whole process, from before Rasa is imported. Which lines are written about a
turn that failed is decided in addons/operator_log.py.
"""

import logging
import resource
import sys
import threading
import traceback
import warnings

OURS = "signpost"


def places(error: BaseException | None, tb=None) -> str:
    """An exception as kinds and places: no message, no variables."""
    lines, seen = [], set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines += traceback.format_tb(error.__traceback__ if error.__traceback__ is not None else tb)
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}\n")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "".join(lines).rstrip()


def _record_factory(make):
    def quiet(*args, **kwargs) -> logging.LogRecord:
        record = make(*args, **kwargs)
        if record.exc_info and isinstance(record.exc_info, tuple) and record.exc_info[1] is not None:
            record.exc_text, record.exc_info = places(record.exc_info[1], record.exc_info[2]), None
        if record.name == "asyncio":
            # "Task exception was never retrieved\nfuture: <Task … exception=ValueError('…')>"
            record.msg, record.args = str(record.msg).partition("\n")[0], ()
        return record

    return quiet


def quiet_event(logger, method: str, event: dict) -> dict:
    """A structlog processor, before the renderer: see the module's docstring."""
    error = event.pop("exc_info", None)
    if error:
        error = sys.exc_info()[1] if error is True else error[1] if isinstance(error, tuple) else error
    if not str(getattr(logger, "name", "")).startswith(OURS):
        event = {k: v for k, v in event.items() if k in ("event", "level") or isinstance(v, (int, float, bool))}
    if isinstance(error, BaseException):
        event["error"] = places(error)
    return event


def _quiet_structlog(configure):
    import structlog

    def configure_quietly(*args, **kwargs):
        configure(*args, **kwargs)
        before = [p for p in structlog.get_config()["processors"] if p is not structlog.processors.dict_tracebacks]
        structlog.configure(processors=[*before[:-1], quiet_event, before[-1]])

    return configure_quietly


def install() -> None:
    """Before Rasa's command line configures its logs. Safe to call twice."""
    if getattr(install, "done", False):
        return
    install.done = True
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.DEBUG)
    logging.setLogRecordFactory(_record_factory(logging.getLogRecordFactory()))
    logging.raiseExceptions = False  # a log line that fails to format would be printed with its arguments
    logging.getLogger("sanic.access").disabled = True
    sys.excepthook = lambda kind, error, tb: print(places(error, tb), file=sys.stderr)
    threading.excepthook = lambda args: print(places(args.exc_value, args.exc_traceback), file=sys.stderr)
    # Rasa's warnings quote what somebody typed, and it sets the filters of PYTHONWARNINGS aside.
    warnings.showwarning = lambda _message, category, file, line, *_: print(f"{category.__name__} {file}:{line}", file=sys.stderr)
    sys.unraisablehook = lambda args: print(places(args.exc_value, args.exc_traceback), file=sys.stderr)

    from rasa.utils import log_utils

    log_utils.configure_structlog = _quiet_structlog(log_utils.configure_structlog)
