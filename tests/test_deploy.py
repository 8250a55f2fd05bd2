"""What deploy/ promises, as far as it can be read without Docker. The image itself is not built here."""

import datetime
import http.client
import http.server
import json
import re
import shutil
import subprocess
import threading
import time

import pytest
import yaml

from tests.conftest import need
from tools.away_card import PATH, away_card
from tools.cluster import Cluster


@pytest.fixture(scope="module")
def compose(root):
    return yaml.safe_load((root / "deploy/compose.yml").read_text(encoding="utf-8"))


def test_the_proxys_own_card_is_up_to_date():
    assert PATH.read_text(encoding="utf-8") == away_card(datetime.date.today()), "run: make away-card"
    answer = json.loads(PATH.read_text(encoding="utf-8").replace("%[var(txn.sender)]", "0" * 32).replace("%%", "%"))
    assert answer[-1]["custom"]["contacts"][0]["id"] == "999"


def test_every_container_is_not_root_read_only_and_has_no_rights(compose):
    for name, service in compose["services"].items():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"] and service["user"].split(":")[0] not in ("0", "root"), name
        assert service["mem_limit"] and service["pids_limit"], name


def test_only_the_proxy_has_a_port_and_it_is_loopback(compose):
    ports = {name: service.get("ports", []) for name, service in compose["services"].items()}
    assert [name for name, given in ports.items() if given] == ["proxy"]
    assert all(port.startswith("127.0.0.1:") for port in ports["proxy"])
    assert compose["networks"]["inside"]["internal"] is True


def test_the_image_is_not_root_and_holds_no_tests_or_training_tools(root):
    lines = (root / "deploy/Containerfile").read_text(encoding="utf-8").splitlines()
    stages = [line for line in lines if line.startswith("FROM")]
    assert len(stages) == 2 and all(re.search(r"FROM \S+(?:@sha256:[0-9a-f]{64}|:3\.\d+-slim)", s) for s in stages), stages
    last = lines[max(i for i, line in enumerate(lines) if line.startswith("FROM")) :]
    assert any(line.startswith("USER ") and "root" not in line for line in last)
    assert not any("tests" in line or "apt-get" in line for line in last)
    ignored = (root / "deploy/Containerfile.dockerignore").read_text(encoding="utf-8").split()
    assert ignored[0] == "*"
    for line in last:
        if line.startswith("COPY") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (root / source).exists() or source.startswith(("models", "--")), source
                assert f"!{source.rstrip('/')}" in ignored or source.startswith("--"), source


def test_redis_keeps_nothing_on_disk(root):
    text = (root / "deploy/redis.conf").read_text(encoding="utf-8")
    assert 'save ""' in text and "appendonly no" in text


@pytest.mark.parametrize("page", ["SECURITY.md", "docs/privacy.md", "docs/scale.md"])
def test_every_test_and_file_that_a_page_names_is_there(root, page):
    text = (root / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|deploy|addons|actions|docs|tools)/[\w./]+)`", text))
    named |= {f"tests/model/{name}" for name in re.findall(r"`(test_\w+\.py)`", text) if not (root / "tests" / name).exists()}
    assert {name for name in named if not (root / name).exists()} == set()


def test_the_privacy_page_has_all_fifteen_standards(root):
    text = (root / "docs/privacy.md").read_text(encoding="utf-8")
    assert [int(n) for n in re.findall(r"^\| (\d+) [A-Z]", text, re.M)] == list(range(1, 16))


class Replica(http.server.BaseHTTPRequestHandler):
    """Says to whom the proxy says that it answers."""

    def do_GET(self):
        body = ", ".join(self.headers.get_all("X-Forwarded-For", [])).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


FORWARDED = [  # trusted                came with                          what a replica is told
    ({}, None, "127.0.0.1"),
    ({}, "203.0.113.7", "127.0.0.1"),
    ({"SIGNPOST_TRUSTED_PROXY": "192.0.2.0/24"}, "203.0.113.7", "127.0.0.1"),
    ({"SIGNPOST_TRUSTED_PROXY": "127.0.0.0/8"}, None, "127.0.0.1"),
    ({"SIGNPOST_TRUSTED_PROXY": "127.0.0.0/8"}, "203.0.113.7", "203.0.113.7"),
    ({"SIGNPOST_TRUSTED_PROXY": "127.0.0.1"}, "198.51.100.9, 203.0.113.7", "203.0.113.7"),
    ({"SIGNPOST_TRUSTED_PROXY": "127.0.0.1"}, "rubbish", "127.0.0.1"),
]


@pytest.mark.parametrize("trusted, came_with, told", FORWARDED)
def test_the_proxy_believes_a_forwarded_address_only_from_the_proxy_that_is_named(tmp_path, trusted, came_with, told):
    """Else the visitors of a site with TLS of its own before HAProxy share one address's limit."""
    need("haproxy")
    cluster = Cluster(1, folder=tmp_path)
    servers = [
        http.server.ThreadingHTTPServer(("127.0.0.1", port), Replica)
        for port in (cluster.replicas[0].port, cluster.replicas[0].metrics_port)
    ]
    for server in servers:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    environment = cluster.proxy_environment() | trusted
    haproxy = shutil.which("haproxy", path=environment["PATH"])
    proxy = subprocess.Popen([haproxy, "-db", "-f", cluster.proxy_config()], env=environment, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", cluster.port, timeout=5)
                connection.request("GET", "/", headers={"X-Forwarded-For": came_with} if came_with else {})
                break
            except ConnectionRefusedError:
                assert time.monotonic() < deadline and proxy.poll() is None, "the proxy did not start"
                time.sleep(0.05)
        assert connection.getresponse().read().decode() == told
    finally:
        proxy.terminate()
        proxy.wait(10)
        for server in servers:
            server.shutdown()
            server.server_close()
