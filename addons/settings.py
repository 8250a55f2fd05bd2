"""Settings from the environment. A wrong one stops the start, and is named."""

import math
from collections.abc import Mapping


class SettingError(SystemExit):
    """A setting in the environment is wrong: the server does not start. The message names it."""


def number(environment: Mapping[str, str], name: str, default: float, *, least: float = 0.0, whole: bool = False) -> float:
    """The number set as `name`, or the default when it is unset or empty. Raises SettingError when it is none, or below `least`."""
    given = environment.get(name) or ""
    if not given.strip():
        return default
    try:
        value = int(given) if whole else float(given)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= least):
        raise SettingError(f"{name}: {given!r} is no {'whole ' if whole else ''}number of {least:g} or more")
    return value


def switch(environment: Mapping[str, str], name: str) -> bool:
    """Whether `name` is "on", as when it is unset or empty, or "off". Raises SettingError for anything else: nobody should have to guess."""
    given = (environment.get(name) or "on").strip().lower()
    if given not in ("on", "off"):
        raise SettingError(f"{name}: {given!r} is neither on nor off")
    return given == "on"
