"""endpoints.yml: what is served with, and what is refused because it would keep or send what people type."""

import pytest

from actions.contacts import ContentError
from addons import lean

lean.install()

from addons import endpoints  # noqa: E402
from addons.endpoints import check  # noqa: E402
from tests.conftest import ROOT  # noqa: E402

ACTIONS = "action_endpoint: {url: 'in-process://actions'}"
OURS = ACTIONS + "\ntracker_store: {type: addons.private_store.PrivateTrackerStore}"
REFUSED = [  # what the file says                                        what the operator reads
    ("", "action_endpoint: its url must be"),
    (ACTIONS, "tracker_store: must be"),
    (ACTIONS + "\ntracker_store: {type: redis, url: localhost}", "tracker_store: must be"),
    (ACTIONS + "\ntracker_store: {type: SQL, dialect: sqlite}", "tracker_store: must be"),
    (ACTIONS + "\ntracker_store: {type: rasa.core.tracker_store.InMemoryTrackerStore}", "tracker_store: must be"),
    (ACTIONS + "\ntracker_store: {type: addons.private_store.Missing}", "no such class as addons.private_store.Missing"),
    (ACTIONS + "\ntracker_store: {type: addons.private_store.without_words}", "no such class as addons.private_store.without_words"),
    (ACTIONS + "\ntracker_store: {type: .x}", "no such class as .x"),
    (ACTIONS + "\ntracker_store: redis", "tracker_store: must be"),
    (OURS + "\nlock_store: {type: redis}", "lock_store: must be"),
    (OURS + "\nevent_broker: {type: file, path: events.log}", "event_broker: would be sent"),
    (OURS + "\nnlg: {url: 'http://localhost:5056/nlg'}", "nlg: would be sent"),
    (OURS + "\nnlu: {url: 'http://localhost:5056'}", "nlu: would be sent"),
    (OURS + "\nmodels: {url: 'http://localhost:5056/model'}", "models: would be sent what people type, or is not ours"),
    (OURS.replace("in-process://actions", "http://localhost:5055/webhook"), "action_endpoint: its url must be"),
    ("tracker_store: [", "not readable as YAML"),
    ("- tracker_store", "is not a list of endpoints"),
]  # fmt: skip


@pytest.mark.parametrize("text, said", REFUSED)
def test_what_keeps_or_sends_words_is_refused_by_file_and_key(tmp_path, text, said):
    path = tmp_path / "endpoints.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as error:
        check(path)
    assert str(path) in str(error.value) and said in str(error.value)


@pytest.mark.parametrize("name", ["endpoints.yml", "endpoints.redis.yml"])
def test_what_we_ship_is_served_with(name):
    check(ROOT / name)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ContentError, match="nowhere"):
        check(tmp_path / "nowhere.yml")


def test_whatever_names_the_file_it_is_checked_before_rasa_reads_it(tmp_path, monkeypatch):
    from rasa.core.utils import AvailableEndpoints

    monkeypatch.setattr(AvailableEndpoints, "read_endpoints", AvailableEndpoints.__dict__["read_endpoints"])
    endpoints.install()
    path = tmp_path / "other.yml"
    path.write_text(OURS + "\nnlg: {url: 'http://localhost:5056/nlg'}", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"Signpost does not start: .*other\.yml: nlg"):
        AvailableEndpoints.read_endpoints(str(path))
    with pytest.raises(SystemExit, match="no endpoints file"):
        AvailableEndpoints.read_endpoints(None)
    assert AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml")).tracker_store.type.endswith("PrivateTrackerStore")
