"""The widget's pages from the real server: right types, nothing outside the folder, a file unchanged is not sent again."""

import gzip
import http.client

import pytest

TYPES = {
    "/": "text/html",
    "/parents": "text/html",
    "/widget/signpost.js": "text/javascript",
    "/widget/chat.css": "text/css",
    "/widget/strings/en.json": "application/json",
}


def ask(server, path: str, method: str = "GET", **headers):
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    return answer, answer.read()


@pytest.mark.parametrize("path", TYPES)
def test_pages_have_their_type(server, path):
    answer, body = ask(server, path)
    assert answer.status == 200 and answer.headers["Content-Type"].startswith(TYPES[path]) and body
    assert "set-cookie" not in answer.headers and "rasa" not in str(answer.headers).lower()
    head, nothing = ask(server, path, "HEAD")
    assert head.status == 200 and not nothing


OUTSIDE = ["/widget/../config.yml", "/widget/%2e%2e/config.yml", "/widget/..%2fconfig.yml", "/widget//etc/passwd", "/widget/", "/widget/strings",
           "/widget/strings/../../pyproject.toml", "/widget/demo/school.html", "/widget/%00", "/widget/signpost.js/x"]  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_else_is_served(server, path):
    answer, body = ask(server, path)
    assert answer.status in (400, 404) and b"recipe" not in body and b"root:" not in body and b"project" not in body


def test_a_phone_gets_less_to_load(server):
    plain, body = ask(server, "/widget/signpost.js")
    zipped, small = ask(server, "/widget/signpost.js", **{"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers and zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small) == body and len(small) < 0.5 * len(body)
    assert "accept-encoding" in zipped.headers["Vary"].lower()


def test_an_unchanged_script_is_not_sent_again(server):
    first, _ = ask(server, "/widget/signpost.js")
    again, body = ask(server, "/widget/signpost.js", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status, body) == (304, b"")
    assert ask(server, "/widget/signpost.js", **{"If-None-Match": '"other"'})[0].status == 200
    assert first.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert ask(server, "/widget/chat.html")[0].headers["ETag"] is None
