"""What endpoints.yml may not say: anything through which typed words would be kept, or sent to somebody else.

Rasa's own tracker stores keep every word; an event broker, an NLG, NLU or action server is handed the message. Its Redis lock
blocks the server while Redis is silent, and a model server's model would be one from elsewhere (addons/security.py). So none of
them is served with, and the operator hears which line it was.
"""

from pathlib import Path

import yaml
from rasa.shared.utils.common import class_from_module_path

from actions.contacts import ContentError
from addons.in_process import SCHEME, URL
from addons.private_store import PrivateTrackerStore
from addons.security import DoesNotStart
from addons.shared import SharedLockStore

ALLOWED = ("action_endpoint", "tracker_store", "lock_store")


def install() -> None:
    """Whatever file Rasa reads from here on, however the command line names it, is checked first. Refused: SystemExit with one line."""
    from rasa.core.utils import AvailableEndpoints

    original = AvailableEndpoints.read_endpoints.__func__

    def read_endpoints(cls, endpoint_file):
        try:
            check(endpoint_file)
        except ContentError as error:
            raise DoesNotStart(error) from None
        return original(cls, endpoint_file)

    AvailableEndpoints.read_endpoints = classmethod(read_endpoints)


def check(path: Path | str | None) -> None:
    """Raises ContentError with file and key where `path` names what keeps or sends words, or is no endpoints file. None: there is none."""
    if path is None:
        raise ContentError("no endpoints file: Rasa's own store would keep what people type")
    path = Path(path)
    try:
        named = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ContentError(f"{path}: not readable as YAML ({type(error).__name__})") from None
    if not isinstance(named, dict):
        raise ContentError(f"{path}: is not a list of endpoints")
    for key in named:
        if key not in ALLOWED:
            raise ContentError(f"{path}: {key}: would be sent what people type, or is not ours; only {', '.join(ALLOWED)} may stand here")
    actions = named.get("action_endpoint")
    if not (isinstance(actions, dict) and str(actions.get("url")).startswith(SCHEME)):
        raise ContentError(f"{path}: action_endpoint: its url must be {URL}; an action server would be sent what people type")
    store = _kind(path, named, "tracker_store")
    if store is None or not issubclass(store, PrivateTrackerStore):
        ours = "addons.private_store.PrivateTrackerStore or addons.shared.SharedTrackerStore"
        raise ContentError(f"{path}: tracker_store: must be {ours}; any other keeps what people type")
    lock = _kind(path, named, "lock_store")
    if lock is not None and not issubclass(lock, SharedLockStore):
        raise ContentError(
            f"{path}: lock_store: must be addons.shared.SharedLockStore, or left out; Rasa's stops everybody when Redis hangs"
        )


def _kind(path: Path, named: dict, key: str) -> type | None:
    """The class an entry names; None without the entry. One of Rasa's own short names ("redis") is no class of ours."""
    if key not in named:
        return None
    name = (named[key] or {}).get("type") if isinstance(named[key] or {}, dict) else None
    if not isinstance(name, str) or "." not in name:
        return object
    try:
        found = class_from_module_path(name)
    except Exception as error:
        raise ContentError(f"{path}: {key}: no such class as {name} ({type(error).__name__})") from None
    return found if isinstance(found, type) else object
