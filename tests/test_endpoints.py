"""endpoints.yml: what is served with, and what is refused because it would keep or send what people type."""

import pytest

from actions.contacts import ContentError
from addons import lean

lean.install()

from addons.endpoints import check  # noqa: E402
from tests.conftest import ROOT  # noqa: E402

OURS = "tracker_store: {type: addons.private_store.PrivateTrackerStore}"
REFUSED = [  # what the file says                                        what the operator reads
    ("", "tracker_store: must be"),
    ("action_endpoint: {url: 'in-process://actions'}", "tracker_store: must be"),
    ("tracker_store: {type: redis, url: localhost}", "tracker_store: must be"),
    ("tracker_store: {type: SQL, dialect: sqlite}", "tracker_store: must be"),
    ("tracker_store: {type: rasa.core.tracker_store.InMemoryTrackerStore}", "tracker_store: must be"),
    ("tracker_store: {type: addons.private_store.Missing}", "no such class as addons.private_store.Missing"),
    ("tracker_store: redis", "tracker_store: must be"),
    (OURS + "\nlock_store: {type: redis}", "lock_store: must be"),
    (OURS + "\nevent_broker: {type: file, path: events.log}", "event_broker: would be sent"),
    (OURS + "\nnlg: {url: 'http://localhost:5056/nlg'}", "nlg: would be sent"),
    (OURS + "\nnlu: {url: 'http://localhost:5056'}", "nlu: would be sent"),
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
