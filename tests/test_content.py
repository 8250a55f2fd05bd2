"""Words and routes: every tier and reader gets the contacts that the fact sheet names, and every number is in the directory."""

import itertools
import re
import shutil
from dataclasses import replace

import pytest
import yaml

from actions.cards import WHYS, Case, compose, safety_reply
from actions.contacts import ContentError, digits
from actions.content import ROOT, load_content
from actions.urgency import AUDIENCES, Urgency

CHILDREN = ("young_person", "unknown")
# Where digits may stand: slots, comments, the one address with a number in it, keys of the directory, sources and dates.
NOT_TYPED = r"\{\w+\}|#.*|999bsl\.co\.uk|\"(?:999|101)\":|https://\S+|checked_on:.*|citation:.*"
SHORTEST = 3  # digits: what can be dialled has three or more; ages and the keypad's 55 have two


@pytest.fixture(scope="module")
def replies(content) -> list:
    """Every case there can be, with its reply."""
    every = itertools.product(content.topics, Urgency, AUDIENCES, (None, "under_13", "teen", "adult", "grown_up"), (False, True))
    cases = [Case(topic, urgency, audience, age=age, deaf=deaf) for topic, urgency, audience, age, deaf in every]
    return [(case, compose(case, content)) for case in cases]


def ids(reply) -> list[str]:
    return [c["id"] for c in reply.card["contacts"]]


def numbers_in(text: str) -> set[str]:
    """Every run of digits that could be dialled; web addresses may hold a number of their own."""
    text = re.sub(r"HOPELINE247|\S+\.(?:co\.uk|org\.uk|police\.uk|org|com)\S*", "", text)
    return {digits(n) for n in re.findall(r"\d[\d ]*\d|\d", text)}


def test_every_reply_of_every_kind_shows_999(replies):
    for case, reply in replies:
        assert "999" in ids(reply), case


def test_a_young_person_or_someone_unknown_always_sees_childline(replies):
    for case, reply in replies:
        if case.audience in CHILDREN:
            assert "childline" in ids(reply), case


def test_an_urgent_reply_shows_101_and_ceop(replies):
    for case, reply in replies:
        if case.urgency is Urgency.URGENT:
            assert {"101", "ceop"} <= set(ids(reply)), case


def test_an_emergency_starts_with_999_and_nothing_else_does(replies):
    for case, reply in replies:
        first = ids(reply)[0]
        assert (first == "999") is (case.urgency is Urgency.EMERGENCY), case


def test_an_emergency_says_how_to_call_without_speaking(content):
    for audience in AUDIENCES:
        words = " ".join(compose(Case("in_person_danger", Urgency.EMERGENCY, audience), content).texts)
        assert "55" in words and "999bsl.co.uk" in words and "18000" in words
        assert "999 55" not in words and words.index("999") < words.index("55")


def test_a_deaf_reader_is_told_first_of_ways_that_need_no_voice(content):
    for audience in AUDIENCES:
        now = compose(Case("abuse_at_home", Urgency.EMERGENCY, audience, deaf=True), content)
        assert "999bsl.co.uk" in now.card["steps"][0] and "18000" in now.card["steps"][1]
        assert ids(now)[:3] == ["999", "999_bsl", "relay_uk"]
        for urgency in (Urgency.EMERGENCY, Urgency.SUPPORT):
            case = Case("confidentiality", urgency, audience, deaf=True)
            advice = content.follow_ups.advice("cant_speak", None, case)
            assert not re.search(r"\b(?:55|cough|tap|whisper)\b", " ".join([advice.say, *advice.steps]), re.I)
    for topic, urgency in itertools.product(("image_request", "abuse_at_home"), (Urgency.URGENT, Urgency.SUPPORT)):
        first = compose(Case(topic, urgency, "young_person", deaf=True), content).texts[0]
        assert "type to Childline" in first and not re.search(r"\bring\b", first)


def test_who_is_deaf_and_does_not_sign_is_not_told_to_sign(content):
    for audience, urgency in itertools.product(AUDIENCES, Urgency):
        reply = compose(Case("abuse_at_home", urgency, audience, deaf=True, no_bsl=True), content)
        case = Case("confidentiality", urgency, audience, deaf=True, no_bsl=True)
        said = [
            content.follow_ups.advice("cant_speak", None, case),
            *(content.follow_ups.advice("the_number", i, case) for i in ("999", "101", "papyrus")),
        ]
        words = " ".join([*reply.texts, *(line for advice in said for line in (advice.say, *advice.steps))])
        assert not re.search(r"bsl|\b[Ss]ign to\b", words)
        assert all("{relay_uk" in " ".join([advice.say, *advice.steps]) for advice in said)
        assert "18000" in " ".join(reply.texts) or urgency < Urgency.EMERGENCY
    assert "relay_uk" in ids(compose(Case("abuse_at_home", Urgency.EMERGENCY, "young_person", deaf=True, no_bsl=True), content))[:2]


def test_an_adult_who_was_harmed_is_sent_to_those_who_help_adults(content):
    for topic in ("images_shared", "sextortion"):
        reply = compose(Case(topic, Urgency.URGENT, "young_person", age="adult"), content)
        said = " ".join([reply.texts[0], *reply.card["steps"]])
        assert ids(reply)[:2] == ["101", "rph"] and "Revenge Porn Helpline" in said
        assert "CEOP" not in reply.texts[0] and "Childline" not in reply.texts[0] and "Report Remove" not in said and "teacher" not in said
    assert "rhc" not in content.route(Case("how_to_block", Urgency.INFO, "young_person", age="under_13"))
    assert "rhc" in content.route(Case("how_to_block", Urgency.INFO, "young_person", age="teen"))


@pytest.mark.parametrize("topic", ["friend_at_risk", "abuse_at_home", "known_adult", "suicidal_self_harm"])
@pytest.mark.parametrize("urgency", [Urgency.EMERGENCY, Urgency.URGENT, Urgency.SUPPORT])
def test_a_grown_up_reads_no_words_for_a_young_friend_and_is_sent_to_those_who_hear_adults(content, topic, urgency):
    """An aunt, a neighbour: "tell a teacher, it isn't snitching" is not for them, nor "your child"."""
    aunt, friend, mother = (
        compose(Case(topic, urgency, reader, age=age), content)
        for reader, age in (("friend", "grown_up"), ("friend", None), ("parent", None))
    )
    said = " ".join([*aunt.texts, *aunt.card["steps"]])
    assert not re.search(r"your (?:child|friend)\b|snitch|grass\b|[Tt]ell (?:an adult|a teacher)|Under 19", said), said
    assert not {*friend.card["steps"]} & {*aunt.card["steps"][:3]}
    assert set(ids(mother)) == set(ids(aunt)) and "nspcc" in ids(aunt)
    assert aunt.card["audience"] == "friend"


@pytest.mark.parametrize("ask", ["no_name", "casualty", "their_fate", "worth_telling"])
def test_a_grown_up_reads_a_parents_follow_up_where_it_speaks_of_no_child_of_theirs(content, ask):
    aunt, mother, friend = (
        content.follow_ups.advice(ask, None, Case("friend_at_risk", Urgency.EMERGENCY, reader, age=age))
        for reader, age in (("friend", "grown_up"), ("parent", None), ("friend", None))
    )
    assert aunt == mother != friend
    assert "your child" not in " ".join([aunt.say, *aunt.steps, *aunt.avoid, aunt.tell])


def test_what_was_just_said_is_not_said_again_at_length(content):
    case = Case("image_request", Urgency.URGENT, "young_person")
    once, again = compose(case, content), compose(case, content, again=1)
    assert ids(once) == ids(again) and once.card["steps"][-1] == again.card["steps"][-1]
    assert len(again.card["steps"]) == 3 < len(once.card["steps"])


@pytest.mark.parametrize("urgency", [Urgency.SUPPORT, Urgency.EMERGENCY])
@pytest.mark.parametrize("reader", AUDIENCES)
def test_the_same_advice_is_opened_in_turn_with_other_words(content, urgency, reader):
    """Somebody who tells more, or asks, and hears one sentence each time is not listened to."""
    case = Case("image_request", urgency, reader)
    first, *openings = [compose(case, content, again=n, lead=False).texts[0] for n in range(4)]
    assert openings[0] != openings[1] and first not in openings


@pytest.mark.parametrize("follow_up", ["somebody_knows", "own_doing"])
def test_the_lead_of_a_follow_up_leaves_the_deaf_and_grown_up_theirs(content, follow_up):
    usual, own = (
        compose(Case("image_request", Urgency.URGENT, "young_person"), content, follow_up=ask).texts[0] for ask in ("", follow_up)
    )
    assert usual != own
    for case in (Case("image_request", Urgency.URGENT, "young_person", **who) for who in ({"deaf": True}, {"age": "adult"})):
        assert compose(case, content, follow_up=follow_up).texts[0] == compose(case, content).texts[0]


def test_a_deaf_reader_is_told_to_call_nobody_the_second_time_either(content):
    for reader in AUDIENCES:
        case = Case("in_person_danger", Urgency.EMERGENCY, reader, deaf=True)
        once, *later = [compose(case, content, again=n, lead=False).texts[0] for n in (1, 2, 3)]
        assert set(later) == {once} and "call" not in once


@pytest.mark.parametrize("topic", ["images_shared", "abuse_at_home", "greeting"])
def test_once_suicide_was_told_its_contacts_stay_whatever_is_told_next(content, topic):
    its_own = set(content.routes["despair"]["add"])
    assert "samaritans" in its_own
    for urgency, reader in itertools.product(Urgency, AUDIENCES):
        assert its_own <= set(content.route(Case(topic, urgency, reader, despair=True))), (urgency, reader)


def test_harm_that_is_not_online_is_not_sent_to_ceop_first_whatever_is_asked_next(content):
    for topic in ("abuse_at_home", "fear_of_trouble", "is_it_my_fault", "confidentiality", "danger_over"):
        first = compose(Case(topic, Urgency.URGENT, "young_person", worry="abuse_at_home"), content).texts[0]
        assert "CEOP" not in first and "101" in first, topic


def test_adults_see_the_nspcc(replies):
    for case, reply in replies:
        if case.audience in ("parent", "professional"):
            assert "nspcc" in ids(reply), case


ROUTES = [  # topic               urgency           reader           must be there
    ("sextortion", "urgent", "young_person", {"report_remove", "ceop", "101", "childline", "samaritans"}),
    ("images_shared", "urgent", "young_person", {"report_remove", "childline"}),
    ("suicidal_self_harm", "emergency", "young_person", {"999", "childline", "samaritans", "papyrus", "shout"}),
    ("mental_health", "support", "young_person", {"childline", "samaritans", "shout"}),
    ("adult_own_thoughts", "support", "unknown", {"stop_it_now"}),
    ("runaway_missing", "emergency", "parent", {"999", "missing"}),
    ("professional_duty", "support", "professional", {"nspcc", "council", "posh"}),
    ("contact_numbers", "info", "unknown", {"childline", "nspcc", "samaritans"}),
    ("how_to_report", "info", "parent", {"ceop", "101", "nspcc"}),
]


@pytest.mark.parametrize("topic, urgency, audience, there", ROUTES)
def test_a_topic_brings_its_own_contacts(content, topic, urgency, audience, there):
    assert there <= set(ids(compose(Case(topic, Urgency.of(urgency), audience), content)))


def test_a_nation_decides_too(content):
    def shown(nation):
        return ids(compose(Case("mental_health", Urgency.SUPPORT, "young_person", nation=nation), content))

    assert "meic" in shown("wales") and "meic" not in shown("scotland")
    assert "nhs111" not in shown("northern_ireland") and "lifeline" in shown("northern_ireland")


LOCAL = sorted(path.stem for path in (ROOT / "local").glob("*.yml"))


def test_a_county_puts_its_own_contacts_before_the_council():
    import datetime

    county = load_content(today=datetime.date.today(), local=("cambridgeshire", "peterborough"))
    shown = county.route(Case("professional_duty", Urgency.URGENT, "professional"))
    assert shown.index("cambridgeshire_council_professionals") < shown.index("council") and "peterborough_council" in shown
    parent = county.route(Case("abuse_at_home", Urgency.URGENT, "parent"))
    assert parent.index("cambridgeshire_council") < parent.index("council") and parent[-1] == "999"
    assert "cambridgeshire_council" not in county.route(Case("abuse_at_home", Urgency.URGENT, "young_person"))


def test_every_overlay_is_sound_and_none_is_shown_unasked(content):
    import datetime

    for name in LOCAL:
        ours = load_content(today=datetime.date.today(), local=(name,))
        assert {c.id for c in ours.contacts} > {c.id for c in content.contacts}, name
    assert not [c.id for c in content.contacts if c.stands_before]


@pytest.mark.parametrize("place, named", [({"local": ("atlantis",)}, "atlantis"), ({"nation": "narnia"}, "narnia")])
def test_a_place_that_is_not_there_stops_the_start(place, named):
    import datetime

    with pytest.raises(ContentError, match=named):
        load_content(today=datetime.date.today(), **place)


def test_every_number_we_say_is_in_the_directory(content, replies):
    known = content.contacts.numbers()
    for case, reply in replies:
        for text in (*reply.texts, *reply.card["steps"]):
            assert not {n for n in numbers_in(text) if len(n) >= SHORTEST} - known, (case, text)


def test_a_contact_asked_for_by_name_comes_first_and_behind_999_when_it_is_an_emergency(content):
    calm = Case("contact_numbers", Urgency.INFO, "young_person", named="samaritans")
    assert content.route(calm)[0] == "samaritans"
    assert content.route(replace(calm, urgency=Urgency.EMERGENCY))[:2] == ["999", "samaritans"]


def test_no_number_is_typed_into_the_words(root):
    """Numbers come from the directory, by {name}. Recorded offences are figures and no telephone numbers."""
    follow_ups = [*root.glob("content/apps/*.yml"), *(p for p in root.glob("content/follow_ups/*.yml") if p.stem != "only_one")]
    for path in [*root.glob("content/advice/*.yml"), root / "content/words.yml", root / "content/choices.yml", *follow_ups]:
        for line in path.read_text(encoding="utf-8").splitlines():
            words = re.sub(r"^ *[\w\"]+:", "", re.sub(NOT_TYPED, "", line))  # a key names a contact
            assert not re.findall(r"\d{3,}|\d[\d ]{2,}\d", words), f"{path.name}: {line}"


def test_the_texts_alone_carry_every_contact_and_step(replies):
    for case, reply in replies:
        words = "\n".join(reply.texts)
        for contact in reply.card["contacts"]:
            assert contact["number"] in words, (case, contact)
        assert all(step in words for step in reply.card["steps"]), case


def test_no_text_holds_a_blank_line_that_rasa_would_split(replies):
    for case, reply in replies:
        assert all("\n\n" not in t and t.strip() for t in reply.texts), case


def test_blackmail_and_low_mood_always_carry_a_suicide_safe_line(content):
    for topic, urgency in itertools.product(("sextortion", "mental_health", "suicidal_self_harm"), Urgency):
        words = " ".join(compose(Case(topic, urgency, "young_person"), content).texts)
        assert "Samaritans" in words and "A&E" in words and "SHOUT" in words


def test_the_worry_named_before_keeps_its_contacts_through_thanks(content):
    reply = compose(Case("thanks", Urgency.URGENT, "young_person", worry="sextortion"), content)
    assert {"report_remove", "samaritans"} <= set(ids(reply))


def test_the_safety_card_has_numbers_at_every_tier(content):
    for urgency, audience in itertools.product(Urgency, AUDIENCES):
        reply = safety_reply(content, why="degraded", urgency=urgency, audience=audience)
        assert reply.card["degraded"] and "999" in ids(reply)
        assert (ids(reply)[0] == "999") is (urgency is Urgency.EMERGENCY)


def test_the_fixed_words_in_the_domain_are_those_of_the_content(domain, content):
    fixed = {r.get("condition", [{}])[0].get("value", "unknown"): r["text"] for r in domain["responses"]["utter_call_999"]}
    for audience in AUDIENCES:
        said = content.fill(content.words["lead"]["emergency"][audience])
        assert fixed.get(audience, fixed["unknown"]) == said


BROKEN = [  # file                 change                                          what the error names
    ("routes.yml", lambda d: d["by_topic"].update(sextortion={"add": ["child_line"]}), "child_line"),
    ("routes.yml", lambda d: d["by_urgency"]["chat"].update(parent=["nspcc"]), "lacks 999"),
    ("routes.yml", lambda d: d["by_topic"].update(no_such_topic={"add": ["101"]}), "no_such_topic"),
    ("words.yml", lambda d: d.update(safety="Ring {nobody}."), "nobody"),
    ("words.yml", lambda d: d.update(reviewed="yes"), "reviewed"),
    ("words.yml", lambda d: d.pop("degraded"), "degraded"),  # the safety card's own words
    ("words.yml", lambda d: d["lead"]["emergency"].pop("parent"), "parent"),
    ("words.yml", lambda d: d["again_emergency"].pop("friend"), "friend"),
    ("words.yml", lambda d: d["deaf"].pop("emergency"), "emergency"),
    ("words.yml", lambda d: d.pop("personal"), "personal"),
    ("follow_ups/cant_speak.yml", lambda d: d["deaf"].pop("short"), "short"),
    ("choices.yml", lambda d: d["in_danger"].pop("title"), "title"),
    ("choices.yml", lambda d: d.pop("for_topic"), "for_topic"),
    ("choices.yml", lambda d: d["worries"]["parent"][0].pop("urgency"), "urgency"),
    ("advice/meeting_plan.yml", lambda d: d.update(topic="meeting"), "meeting"),
    ("advice/meeting_plan.yml", lambda d: d["parent"].pop("urgent"), "urgent"),
    ("advice/meeting_plan.yml", lambda d: d["parent"]["urgent"].pop("say"), "'say'"),
    ("advice/meeting_plan.yml", lambda d: d["parent"]["urgent"].update(steps="go"), "'steps'"),
    ("advice/meeting_plan.yml", lambda d: d["parent"]["urgent"].update(stesp=["x"]), "stesp"),
    ("advice/meeting_plan.yml", lambda d: d.update(tiers=["emergancy"]), "emergancy"),
    ("advice/meeting_plan.yml", lambda d: d.pop("friend"), "friend"),
]


@pytest.mark.parametrize("name, change, named", BROKEN)
def test_broken_content_stops_the_start_and_names_file_and_key(tmp_path, name, change, named):
    import datetime

    copy = tmp_path / "content"
    shutil.copytree(ROOT, copy)
    data = yaml.safe_load((copy / name).read_text(encoding="utf-8"))
    change(data)
    (copy / name).write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ContentError) as error:
        load_content(copy, today=datetime.date.today())
    assert named in str(error.value) and name.split("/")[-1] in str(error.value)


def test_every_reason_for_a_safety_card_has_words(root):
    """A reason without words would be an answer that fails on its way out."""
    code = "".join(p.read_text(encoding="utf-8") for p in [*(root / "addons").glob("*.py"), *(root / "actions").glob("*.py")])
    given = set(re.findall(r'Refused\(\d+, "(\w+)"', code)) | set(re.findall(r'why="(\w+)"', code))
    assert given and given <= set(WHYS)
