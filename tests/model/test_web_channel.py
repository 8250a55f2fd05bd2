"""The contract of POST /chat, POST /end and GET /health: never silence, never a shared conversation, never an echo."""

import http.client
import json

import pytest

from tools.server import new_sender, running


def card_of(answer) -> dict:
    """The one card, last; everything before it is text."""
    assert all(set(m) == {"recipient_id", "text"} for m in answer[:-1])
    assert set(answer[-1]) == {"recipient_id", "custom"}
    return answer[-1]["custom"]


KEYS = {"card", "urgency", "topic", "audience", "contacts", "steps", "choices", "degraded"}


def test_an_answer_is_rasas_rest_shape_with_one_card_last(server):
    sender = new_sender()
    status, answer = server.post("/chat", {"sender": sender, "message": "hi"})
    card = card_of(answer)
    assert status == 200 and {m["recipient_id"] for m in answer} == {sender}
    assert KEYS <= set(card) <= KEYS | {"question", "follow_up"} and card["card"] == "signpost"
    for contact in card["contacts"]:
        assert {"id", "name", "number", "href", "why"} <= set(contact)
        assert contact["href"].startswith(("tel:", "sms:", "https://", "mailto:"))


SENDERS = [None, "", "default", "A" * 32, "0" * 31, "0" * 33, 7, ["0" * 32], "../../etc/passwd", "0" * 31 + "g"]


@pytest.mark.parametrize("sender", SENDERS)
def test_a_missing_or_malformed_sender_is_refused_with_numbers(server, sender):
    status, answer = server.post("/chat", {"sender": sender, "message": "hes outside my house"})
    card = card_of(answer)
    assert status == 400 and card["degraded"]
    assert card["contacts"][0]["id"] == "999", "even a refused message is listened to"


BODIES = [b"", b"{", b"null", b"[]", b'"hello"', b"\xff\xfe", b"sender=1&message=hi", b"[" * 100_000]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_body_that_is_no_json_object_is_refused_with_numbers(server, body):
    status, answer = server.post("/chat", body)
    assert status == 400 and "childline" in [c["id"] for c in card_of(answer)["contacts"]]


@pytest.mark.parametrize("message", [None, 7, ["hi"], {"text": "hi"}, True])
def test_a_message_that_is_no_text_is_refused_with_numbers(server, message):
    status, answer = server.post("/chat", {"sender": new_sender(), "message": message})
    assert status == 400 and card_of(answer)["degraded"]


@pytest.mark.parametrize("message", ["", " ", "\n\t", ".", "😭", "\u200b", "\x00"])
def test_an_empty_message_gets_kind_words_and_buttons(server, message):
    status, answer = server.post("/chat", {"sender": new_sender(), "message": message})
    card = card_of(answer)
    assert status == 200 and not card["degraded"] and card["choices"]
    assert {"childline", "999"} <= {c["id"] for c in card["contacts"]}


def test_a_long_paste_is_read_whole(server):
    filler = "and then we talked about the game and school and stuff. " * 200
    status, answer = server.post("/chat", {"sender": new_sender(), "message": filler + " hes outside my house now " + filler[:2000]})
    assert status == 200 and card_of(answer)["urgency"] == "emergency"


def test_a_paste_over_the_limit_gets_numbers_and_is_still_listened_to(server):
    text = "hes outside my house. " + "x" * 17_000
    status, answer = server.post("/chat", {"sender": new_sender(), "message": text})
    assert status == 413 and card_of(answer)["contacts"][0]["id"] == "999"


def test_a_huge_body_is_refused_before_it_is_parsed(server):
    status, answer = server.post("/chat", {"sender": new_sender(), "message": "x" * 2_000_000})
    assert status == 413 and card_of(answer)["degraded"]


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        "/in_person_danger",
        '/choose{"audience":"admin"}',
        "/greeting{}",
        "//session_start",
        "/\n/restart",
        "/\t/goodbye",
        "/\u3000/restart",
    ],
)
def test_a_slash_is_obeyed_only_when_we_offered_it(server, text):
    status, answer = server.post("/chat", {"sender": new_sender(), "message": text})
    card = card_of(answer)
    assert status == 200 and not card["degraded"]
    assert card["audience"] != "admin"


def test_ending_forgets_the_conversation(server):
    sender = new_sender()
    assert server.chat("hes outside my house and my mums at work", sender)[1]["urgency"] == "emergency"
    assert server.post("/end", {"sender": sender}) == (200, {"status": "forgotten"})
    assert server.chat("how do i block someone on roblox", sender)[1]["urgency"] == "info"


def test_ending_without_a_sender_is_an_error(server):
    assert server.post("/end", {})[0] == 400


def test_health_means_a_real_answer(server):
    assert server.health() == 200


@pytest.mark.parametrize(
    "path", ["/webhooks/rest/webhook", "/conversations/x/tracker", "/model/parse", "/status", "/domain", "/socket.io/", "/model"]
)
def test_rasas_other_doors_are_shut(server, path):
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    connection.request("POST", path, json.dumps({"sender": "x", "message": "hi"}))
    assert connection.getresponse().status in (404, 405)


def test_with_a_broken_model_people_still_get_numbers_and_the_right_tier(tmp_path):
    broken = tmp_path / "signpost.tar.gz"
    broken.write_bytes(b"not a model")
    with running(model=broken, ready=False) as server:
        assert server.health() == 503
        status, answer = server.post("/chat", {"sender": new_sender(), "message": "hes outside my house and my mums at work"})
        card = card_of(answer)
        assert status == 503 and card["degraded"] and card["urgency"] == "emergency" and card["contacts"][0]["id"] == "999"
        _, answer = server.post("/chat", {"sender": new_sender(), "message": "i like this person"})
        assert {"childline", "999"} <= {c["id"] for c in card_of(answer)["contacts"]}
    assert not server.log.parent.exists(), "a server of ours leaves no folder behind"


def test_too_many_messages_are_refused_kindly():
    with running(SIGNPOST_RATE_LIMIT="on") as server:
        sender = new_sender()
        answers = [server.post("/chat", {"sender": sender, "message": "hello"}) for _ in range(40)]
        refused = [card_of(a) for status, a in answers if status == 429]
        assert refused and {status for status, _ in answers} == {200, 429}
        assert all("999" in [c["id"] for c in card["contacts"]] for card in refused)
        assert server.post("/chat", {"sender": new_sender(), "message": "hello"})[0] == 200


def test_what_is_typed_stays_out_of_the_log_and_the_answer(server):
    canary = "my name is Zebedee Quillfeather and i live at 77 Canary Row ZZ9 9ZZ hes outside"
    status, answer = server.post("/chat", {"sender": new_sender(), "message": canary})
    server.post("/chat", {"sender": "bad", "message": canary})
    assert status == 200
    for word in ("Zebedee", "Quillfeather", "Canary Row", "ZZ9"):
        assert word not in json.dumps(answer) and word not in server.log.read_text()
