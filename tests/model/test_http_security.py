"""Security headers, sites, timeouts and addresses on the real server."""

import http.client
import json
import socket
import time
import urllib.parse

import pytest

from tools.server import new_sender, running

EXPECTED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
}


def ask(server, method, path, body=None, **headers):
    """Status, headers (lower case) and body."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=15)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


def message(text="hello"):
    return json.dumps({"sender": new_sender(), "message": text}).encode()


REQUESTS = [("POST", "/chat", message()), ("POST", "/chat", b"{"), ("POST", "/end", b"{}"), ("GET", "/health", None)]
REQUESTS += [("GET", "/no/such/page", None), ("GET", "/chat", None), ("OPTIONS", "/chat", None), ("POST", "/chat", b"x" * 600_000)]


@pytest.mark.parametrize("method, path, body", REQUESTS, ids=range(len(REQUESTS)))
def test_every_answer_carries_the_security_headers(server, method, path, body):
    _, headers, _ = ask(server, method, path, body)
    assert {name: headers.get(name) for name in EXPECTED} == EXPECTED
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "camera=()" in headers["permissions-policy"]
    assert "access-control-allow-origin" not in headers and "server" not in headers


def test_an_error_page_repeats_nothing_and_names_no_version(server):
    _, _, body = ask(server, "GET", "/zebedee%20quillfeather")
    assert b"ebedee" not in body
    _, _, body = ask(server, "GET", "/")
    assert b"3.6.21" not in body and b"Rasa" not in body


@pytest.fixture(scope="module")
def behind_a_proxy():
    """A server that trusts one proxy, knows one other site, and takes 3 messages at once from an address."""
    settings = {"SIGNPOST_SITES": "https://www.school.example", "SIGNPOST_PROXIES": "1"}
    with running(SIGNPOST_RATE_LIMIT="on", SIGNPOST_ADDRESS_PER_SECOND="0.2", LOG_LEVEL_LIBRARIES="DEBUG", **settings) as server:
        yield server


def test_a_listed_site_may_call_and_another_may_not(behind_a_proxy):
    def allowed(method, origin):
        return ask(behind_a_proxy, method, "/chat", b"{}", Origin=origin)[1].get("access-control-allow-origin")

    for method in ("OPTIONS", "POST"):
        assert allowed(method, "https://www.school.example") == "https://www.school.example"
        for other in ("https://evil.example", "https://www.school.example.evil.example", "http://www.school.example", "null"):
            assert allowed(method, other) is None


def test_a_proxy_of_ours_is_believed_for_the_last_address_only(behind_a_proxy):
    """What stands before the last entry, anybody can write."""

    def statuses(forwarded, times):
        return [ask(behind_a_proxy, "POST", "/chat", message(), **{"X-Forwarded-For": forwarded(i)})[0] for i in range(times)]

    assert statuses(lambda i: f"198.51.100.{i}, 203.0.113.7", 4)[-1] == 429
    assert statuses(lambda i: f"203.0.113.7, 203.0.113.{20 + i}", 4) == [200] * 4
    log = behind_a_proxy.log.read_text()
    assert "203.0.113." not in log and "198.51.100." not in log


def test_an_address_that_comes_and_is_not_believed_is_told_once(server):
    for _ in range(2):
        ask(server, "GET", "/parents", **{"X-Forwarded-For": "203.0.113.7"})
    log = server.log.read_text()
    assert log.count("forwarded_for_not_believed") == 1 and "203.0.113." not in log


def test_without_a_proxy_of_ours_nobody_is_believed():
    from sanic import Sanic

    from addons.security import fit

    app = fit(Sanic("believes_nobody"), environment={})
    assert app.config.PROXIES_COUNT is None and app.config.REAL_IP_HEADER is None and app.config.FORWARDED_SECRET is None


def test_a_body_that_never_comes_is_answered_with_numbers(server):
    address = urllib.parse.urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=12) as slow:
        slow.sendall(b"POST /chat HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        started = time.monotonic()
        answer = slow.recv(65536)
    assert time.monotonic() - started < 8 and b" 408 " in answer.split(b"\r\n")[0] and b"tel:999" in answer


@pytest.mark.parametrize("path, status", [("/parents", 200), ("/health", 200), ("/no/such/page", 404)])
def test_a_get_is_answered_before_its_body_comes_which_nobody_holds(server, path, status):
    address = urllib.parse.urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=12) as big:
        big.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 80000000\r\n\r\n{'x' * 100_000}".encode())
        assert big.recv(65536).startswith(f"HTTP/1.1 {status} ".encode())


def test_the_server_listens_on_loopback_only(server):
    port = urllib.parse.urlsplit(server.url).port
    with open("/proc/net/tcp", encoding="utf-8") as table:  # noqa: PTH123 - a kernel table, not a file
        local = [line.split()[1] for line in table.readlines()[1:] if line.split()[3] == "0A"]
    assert f"0100007F:{port:04X}" in local and f"00000000:{port:04X}" not in local
