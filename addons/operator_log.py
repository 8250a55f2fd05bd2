"""One line for the operator for each turn that went wrong: what failed, never what was said.

Rasa logs a failure where it happens, often three times, with a traceback whose frames and messages may quote somebody.
Here the faults of one turn are collected (`note`), Rasa's own lines about them are counted and not printed, and the web
channel writes one line when it has answered.
"""

import contextlib
import datetime
import logging
from collections.abc import Iterator
from contextvars import ContextVar

import structlog

log = structlog.get_logger("signpost.faults")
OURS = "signpost"
_faults: ContextVar[list[str] | None] = ContextVar("faults of this turn", default=None)


@contextlib.contextmanager
def turn() -> Iterator[list[str]]:
    """Collect what fails inside; the list is filled while the block runs."""
    faults: list[str] = []
    token = _faults.set(faults)
    try:
        yield faults
    finally:
        _faults.reset(token)


def note(event: str, **facts: str | float) -> None:
    """Remember a fault of this turn; outside a turn, log it now. facts: labels, numbers and kinds of error, never words."""
    faults = _faults.get()
    if faults is None:
        log.error(event, **facts)
    else:
        faults.append(" ".join([event, *(f"{key}={value}" for key, value in facts.items())]))


def noted(prefix: str) -> bool:
    """Whether a fault whose event begins so was noted in this turn."""
    return any(fault.startswith(prefix) for fault in _faults.get() or ())


def kind(error: BaseException) -> str:
    """What kind of error, and what kind caused it: Rasa wraps a component's in one of its own. Never its message."""
    return type(error).__name__ + (f"/{type(error.__cause__).__name__}" if error.__cause__ else "")


def now() -> str:
    """The time for a log line, UTC. Without it two lines of the same fault look alike, and Rasa's filter drops the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


class NoWords(logging.Filter):
    """Other people's lines, made safe to print.

    Inside a turn none is printed, whatever its level (at DEBUG Rasa prints messages); warnings and
    errors are noted by name. Outside a turn errors lose traceback and quotation; of the web server's own, those without an
    exception are dropped.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a log record may pass."""
        if record.name.split(".")[0] == OURS:
            return True
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        faults = _faults.get()
        if faults is not None:
            if record.levelno >= logging.WARNING:
                faults.append(f"{record.name} error={error}" if error else record.name)
            return False
        if record.levelno < logging.WARNING:
            return True
        if record.name == "sanic.error":
            # The server's own complaints name the path ("<Request: OPTIONS /…> body not consumed."), and anybody can cause them.
            error = error or next((line for line in (record.exc_text or "").splitlines() if line and not line[0].isspace()), None)
            if not error:
                return False
        if error or record.name == "asyncio":  # "Task exception was never retrieved": quotes the exception
            record.msg, record.args, record.exc_info, record.exc_text = f"{record.name}: {error or 'error'} (no words kept)", (), None, None
        return True


def install() -> None:
    """Put the filter on every handler there is now. Call it once the server has set up its logging; twice does no harm."""
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in tuple(logging.root.manager.loggerDict))]
    # Sanic's loggers have no handler as Rasa starts it: their lines go to the last resort.
    for handler in {*(h for logger in loggers for h in logger.handlers), *([logging.lastResort] if logging.lastResort else [])}:
        if not any(isinstance(f, NoWords) for f in handler.filters):
            # First: Rasa's filter against repeated lines must not see what we drop.
            handler.filters.insert(0, NoWords())
