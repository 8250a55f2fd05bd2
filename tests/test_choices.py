"""Buttons and questions: at most one question, only where it changes the route, and every button means something."""

import itertools

import pytest

from actions.cards import Case
from actions.choices import ANSWERS, MOST, Choices
from actions.contacts import ContentError, load_yaml
from actions.content import ROOT, UNASKED
from actions.urgency import AUDIENCES, Urgency


@pytest.fixture(scope="module")
def offers(content) -> list:
    """Every case there can be, with what is offered under its reply."""
    every = itertools.product(content.topics, Urgency, AUDIENCES, (None, "teen"))
    cases = [Case(t, u, a, worry=t, age=age) for t, u, a, age in every]
    return [(case, content.offer(case)) for case in cases]


def test_no_reply_has_more_buttons_than_a_phone_can_show(offers):
    for case, offer in offers:
        assert 1 <= len(offer.buttons) <= MOST, case


def test_no_two_buttons_under_a_reply_are_alike(offers):
    for case, offer in offers:
        assert len({b.title for b in offer.buttons}) == len({b.payload for b in offer.buttons}) == len(offer.buttons), case


def test_every_button_is_a_payload_that_the_channel_lets_in(content, offers):
    offered = {b.payload for _, offer in offers for b in offer.buttons}
    for ask in content.follow_ups.abouts:
        for audience, urgency in itertools.product(AUDIENCES, (Urgency.EMERGENCY, Urgency.SUPPORT)):
            offered |= {b.payload for b in content.offer(Case("vague_distress", urgency, audience), ask=ask).buttons}
    assert offered <= content.choices.payloads
    # … and nothing is let in that no reply ever offers, but for the answers to questions already asked.
    never = {p for p in content.choices.payloads - offered if '"question"' not in p}
    assert never == set()


def test_someone_in_danger_is_one_tap_from_999_and_never_questioned(offers):
    for case, offer in offers:
        titles = [b.title for b in offer.buttons]
        if case.urgency is Urgency.EMERGENCY:
            assert (
                offer.question is None
                and offer.words == ""
                and ("Nobody is in danger now" in titles) is (case.topic != "suicidal_self_harm")
            )
        else:
            assert "Someone is in danger now" in titles, case


def test_a_question_already_asked_is_not_asked_again(content):
    case = Case("meeting_plan", Urgency.URGENT, "young_person")
    assert content.offer(case).question == "meeting_today"
    assert content.offer(case, asked=("meeting_today",)).question is None


def test_every_question_changes_a_route_or_the_contacts(content):
    for question in content.choices.questions.values():
        effects = {(a.urgency, a.age) for a in question.answers}
        assert len(effects) > 1, question.name
        assert {dict(a.chosen)["answer"] for a in question.answers} == set(ANSWERS)


def test_being_over_18_changes_who_can_help(content):
    young = Case("images_shared", Urgency.URGENT, "young_person", age="teen")
    adult = Case("images_shared", Urgency.URGENT, "young_person", age="adult")
    assert "rph" not in content.route(young) and {"rph", "victim_support", "101", "childline"} <= set(content.route(adult))


def test_every_follow_up_can_be_reached_by_button(content):
    reached = {dict(c.chosen)["ask"] for reader in AUDIENCES for c in content.choices.menu(reader)}
    assert reached == set(content.follow_ups.abouts) - set(UNASKED)


def test_whoever_means_that_they_want_to_die_can_say_so_with_one_tap(content):
    def titles(audience):
        return [b.title for b in content.offer(Case("out_of_scope", Urgency.CHAT, audience, "out_of_scope"), ask="way_of_speaking").buttons]

    assert titles("young_person") == titles("unknown") == ["I feel very low", "Someone is in danger now"]
    assert titles("friend")[0] == "My friend feels very low" and titles("parent") == ["Someone is in danger now"]


def test_an_offender_or_an_adult_worried_by_own_thoughts_is_offered_no_scripts(content):
    for topic in ("trolling_abuse", "adult_own_thoughts"):
        for audience in ("young_person", "parent"):
            asks = [dict(b.chosen).get("ask") for b in content.offer(Case(topic, Urgency.SUPPORT, audience, worry=topic)).buttons]
            assert set(asks) == {None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"higher": "emergancy"},
        {"also": {"today": "perhaps"}},
        {"also": {"tomorrow": "yes"}},
        {"answers": {"yes": {"title": "Yes"}}},
    ],
)
def test_a_question_with_a_mistake_in_it_is_named(content, wrong):
    entry = load_yaml(ROOT / "choices.yml")
    entry["questions"]["meeting_today"] |= wrong
    abouts = {name: about for name, about in content.follow_ups.abouts.items() if name not in UNASKED}
    Choices.load(load_yaml(ROOT / "choices.yml"), abouts, "choices.yml")
    with pytest.raises(ContentError, match=r"choices\.yml: questions: meeting_today: "):
        Choices.load(entry, abouts, "choices.yml")


def test_today_says_yes_to_whether_it_is_today_and_nothing_to_other_questions(content):
    answered = {name: question.answer("today") for name, question in content.choices.questions.items()}
    assert answered.pop("meeting_today").urgency is Urgency.EMERGENCY
    assert set(answered.values()) == {None}


def test_titles_are_short_enough_for_a_button(content):
    entry = load_yaml(ROOT / "choices.yml")
    titles = [c.title for c in content.choices.by_payload.values() if c.title] + [
        t for f in entry["follow_ups"].values() for t in f.values()
    ]
    assert [t for t in titles if len(t) > 40] == []
