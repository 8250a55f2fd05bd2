"""The document of our doors says what README says, and judges rightly."""

import copy

from actions.cards import WHYS, Case, compose, safety_reply
from actions.urgency import AUDIENCES, WORDS, Urgency
from tools.openapi import document, faults_of


def answer(reply) -> list[dict]:
    return [*({"recipient_id": "a" * 32, "text": t} for t in reply.texts), {"recipient_id": "a" * 32, "custom": reply.card}]


def test_every_door_and_no_other_is_in_the_document():
    assert {(path, method) for path, doors in document()["paths"].items() for method in doors} == {
        ("/chat", "post"),
        ("/end", "post"),
        ("/health", "get"),
    }


def test_the_document_knows_our_words():
    card = document()["components"]["schemas"]["Card"]["properties"]
    assert card["urgency"]["enum"] == list(WORDS) and card["audience"]["enum"] == list(AUDIENCES)


def test_every_status_in_the_readme_is_in_the_document(root):
    rows = [line.split("|")[1].strip() for line in (root / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    in_readme = {status for status in rows if status.isdigit()}
    assert in_readme == set(document()["paths"]["/chat"]["post"]["responses"])


def test_whatever_we_compose_satisfies_the_document(content):
    for topic in content.topics:
        for urgency in Urgency:
            for audience in AUDIENCES:
                reply = compose(Case(topic, urgency, audience), content)
                assert faults_of("/chat", "post", 200, answer(reply)) == [], (topic, urgency, audience)
    asked = compose(Case("image_request", Urgency.URGENT), content, question="Are you under 18?", follow_up="words_to_say")
    assert faults_of("/chat", "post", 200, answer(asked)) == []
    asked.card["why"] = "family image_asked"
    assert faults_of("/chat", "post", 200, answer(asked)), "a key that the document does not know"
    for why in WHYS:
        for urgency in Urgency:
            assert faults_of("/chat", "post", 503, answer(safety_reply(content, why=why, urgency=urgency))) == []


def test_what_is_wrong_is_found(content):
    good = answer(safety_reply(content, why="degraded", urgency=Urgency.EMERGENCY))
    without_card, two_cards, without_999, healthy = good[:-1], [*good, good[-1]], copy.deepcopy(good), copy.deepcopy(good)
    without_999[-1]["custom"]["contacts"] = [c for c in good[-1]["custom"]["contacts"] if c["id"] != "999"]
    healthy[-1]["custom"]["degraded"] = False
    for wrong in ([], without_card, two_cards, without_999, {"error": "x"}):
        assert faults_of("/chat", "post", 200, wrong)
    assert faults_of("/chat", "post", 503, healthy) and not faults_of("/chat", "post", 200, healthy)
    assert faults_of("/chat", "post", 500, good), "a status that is not in the document"
