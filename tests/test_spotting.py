"""Names and plain facts: found where they are certain, left alone where they are not."""

import re

import pytest

from actions.spotting import (
    Spotter,
    bare_answer,
    keeps_or_sends,
    names_in,
    said_of_danger,
    says_back,
    wants_to_die,
    wordless,
    would_face_them,
)

SPOTTED = [
    ("how do i block someone on snapchat", {("app", "snapchat")}),
    ("how do i block someone on snapchatt", {("app", "snapchat")}),
    ("whats app privacy", {("app", "whatsapp")}),
    ("rolbox chat settings", {("app", "roblox")}),
    ("how do i block someone on robloxx", {("app", "roblox")}),
    ("snapchaat settings", {("app", "snapchat")}),
    ("what happens if i ring child line", {("contact", "childline")}),
    ("what happens if i ring 0800 1111", {("contact", "childline")}),
    ("who answers 08001111", {("contact", "childline")}),
    ("Who picks up on 0808 800 5000?", {("contact", "nspcc")}),
    ("can i text 88247", {("contact", "papyrus")}),
    ("999 or 101?", {("contact", "999"), ("contact", "101")}),
    ("should i be ringing 101", {("contact", "101")}),
    ("is 111 free", {("contact", "nhs111")}),
    ("i live at 101 high street", set()),
    ("he gave me 999 of them", set()),
    ("we had 101 friends there", set()),
    ("do i call 101 or ceop", {("contact", "101"), ("contact", "ceop")}),
    ("i live in scotland", {("nation", "scotland")}),
    ("wales", {("nation", "wales")}),
    ("we're in northern ireland btw", {("nation", "northern_ireland")}),
    ("belfast here. i want to talk to someone", {("nation", "northern_ireland")}),
    ("did you see the england match last night lads", set()),
    ("im deaf how do i get help", {("hears", "no")}),
    ("Deaf. dad hitting mum now", {("hears", "no")}),
    ("i use bsl", {("hears", "no"), ("signs", "yes")}),
    ("i'm 14 and i can't hear on the phone", {("age", "teen"), ("hears", "no")}),
    ("cant phone police. deaf", {("hears", "no")}),
    ("im not deaf i can hear him", {("hears", "yes")}),
    ("i dont know bsl", {("signs", "no")}),
    ("im deaf but i cant sign", {("hears", "no"), ("signs", "no")}),
    ("never learnt sign language", {("signs", "no")}),
    ("i dont know any bsl im deaf tho", {("hears", "no"), ("signs", "no")}),
    ("i cant sign in to snap", {("app", "snapchat")}),
    ("i dont see any sign of her", set()),
    ("theres no sign of him", set()),
    ("my mum and dad dont sign", set()),
    ("i cant speak bsl only", {("signs", "yes")}),
    ("i cant hear or sign", {("signs", "no")}),
    ("im his neighbour and he keeps touching me", set()),
    ("her uncle here and he scares us", set()),
    ("im with my deaf brother", set()),
    ("she was born deaf", set()),
    ("deaf lad in my class gets hit", set()),
    ("im the deaf childs teacher", set()),
    ("it fell on deaf ears", set()),
    ("my nan is deaf and he knows it", set()),
    ("im 11", {("age", "under_13")}),
    ("i'm only nine", {("age", "under_13")}),
    ("im in year 6", {("age", "under_13")}),
    ("i am 14 and scared", {("age", "teen")}),
    ("im 19", {("age", "adult")}),
    ("im 10 minutes away", set()),
    ("im 5 weeks late", set()),
    ("i told him im 18 but im 13", {("age", "teen")}),
    ("he thinks im 19, im 12", {("age", "under_13")}),
    ("when im 18 hes gonna come get me", set()),
    ("i said to this lad im 16", set()),
    ("he said hes 15 and im 12", {("age", "under_13")}),
    ("im nearly 18 and he has my nudes", {("age", "teen")}),
    ("im nearly 13", {("age", "under_13")}),
    ("im 18 in may", set()),
    ("im 18 on friday", set()),
    ("he believed im 18", set()),
    ("5", set()),
    ("9", {("age", "under_13")}),
    ("no police", set()),
    ("i dont want to ring childline", set()),
    ("he was so polite", set()),
    ("im in derby", set()),
    ("a man aged 40 wants pics of me", set()),
    ("my sister aged 10", set()),
    ("she's just turned 14", set()),
    ("ive just turned 14", {("age", "teen")}),
    ("aged 11", {("age", "under_13")}),
    ("he is 34", set()),
    ("my son is 9", set()),
    ("how do i tell my mum", {("listener", "trusted_adult")}),
    ("what do i say to my form teacher", {("listener", "teacher")}),
    ("how do i tell her", {("listener", "trusted_adult")}),
    ("how do i ask him to stop", set()),
    ("i went to school", set()),
    ("and samaritans?", {("contact", "samaritans")}),
    ("they shout at me", set()),
    ("no i meant my friend", {("reader", "friend")}),
    ("it's about my best mate jess", {("reader", "friend")}),
    ("im her auntie", {("reader", "friend")}),
    ("im the next door neighbour, shes 9", {("reader", "friend")}),
    ("im scared of my auntie", set()),
    ("hes the uncle of my friend", set()),
    ("its for my daughter", {("reader", "parent")}),
    ("ok its not a friend its me", {("reader", "young_person")}),
    ("its actually me", {("reader", "young_person")}),
    ("its me now, her daughter", {("reader", "young_person")}),
    ("its me", {("reader", "young_person")}),
    ("i mean my little sister", {("reader", "friend")}),
    ("i meant from my mate, not me", {("reader", "friend")}),
    ("not me, my best friend", {("reader", "friend")}),
    ("asking for a friend", {("reader", "friend")}),
    ("no its about our son", {("reader", "parent")}),
    ("i'm her mum", {("reader", "parent")}),
    ("I am the foster carer", {("reader", "parent")}),
    ("(this is his dad typing now) hes shown me everything", {("reader", "parent")}),
    ("his mum here, the nurse rang me in", {("reader", "parent")}),
    ("I'm the mum of the girl who wrote that", {("reader", "parent")}),
    ("You're talking to his foster carer now", {("reader", "parent")}),
    ("this is her big sister now, she let me read it", {("reader", "friend")}),
    ("im her brother mum asked me to have a go", {("reader", "friend")}),
    ("im her brother im on the stairs", {("reader", "friend")}),
    ("I'm a mum in Dungannon", {("reader", "parent")}),
    ("I'm her teacher, she asked me to write", {("reader", "professional")}),
    ("I'm a primary teacher", {("reader", "professional")}),
    ("im a teacher and my daughter is 9", set()),
    ("Hello, this is the school nurse, he's shown me this", {("reader", "professional")}),
    ("her social worker here, she's sat next to me", {("reader", "professional")}),
    ("hi its the pupil now, miss said i can type", {("reader", "young_person")}),
    ("im the daughter", {("reader", "young_person")}),
    ("i said friend but i meant me", {("reader", "young_person")}),
    ("can i be honest i'm talking about myself", {("reader", "young_person")}),
    ("there isnt a friend", {("reader", "young_person")}),
    ("sorry thats not my daughter, its my cousin", {("reader", "friend")}),
    ("shes my sister not my daughter", {("reader", "friend")}),
    ("its not my friend, it's my daughter", {("reader", "parent")}),
    ("I am the child protection lead", set()),
    ("im the parent support worker", set()),
    ("i am the student wellbeing lead", set()),
    ("im the child psychologist", set()),
    ("im a mother hen", set()),
    ("im a mum raising 2", {("reader", "parent")}),
    ("im the dad", {("reader", "parent")}),
    ("its her mum who does it", set()),
    ("it's her mum", set()),
    ("this is his dads fault", set()),
    ("this is her teacher who keeps messaging her", set()),
    ("its the coach", set()),
    ("this is the teacher i told you about", set()),
    ("this is the mate ive been on about", set()),
    ("mum here now gtg", set()),
    ("im a carer for my mum", set()),
    ("mum says i'm the reason dad left", set()),
    ("its him typing, he never puts full stops", set()),
    ("her teacher knows", set()),
    ("its my mum she hits me", set()),
    ("its my brother hurting me", set()),
    ("it's my cousin, he touches me", set()),
    ("i mean my brother does it to me", set()),
    ("worried about my sister", set()),
    ("its a kid in my class", set()),
    ("im a kid", set()),
    ("its my kid brother", set()),
    ("its me again, jess's mum", set()),
    ("it's my dad", set()),
    ("who is the kid", set()),
    ("", set()),
    ("🙈🙈🙈", set()),
    ("İstanbul ǅ ﬃ", set()),
]


@pytest.fixture(scope="module")
def spotter(content):
    return Spotter(names_in(content))


@pytest.mark.parametrize("text, found", SPOTTED)
def test_what_is_certain_is_found(spotter, text, found):
    assert {(s.kind, s.value) for s in spotter.spot(text) if s.kind != "said"} == found


@pytest.mark.parametrize("text, found", SPOTTED)
def test_a_place_in_the_text_is_a_place_in_the_text(spotter, text, found):
    assert all(0 <= s.start <= s.end <= len(text) for s in spotter.spot(text))


ANSWERS = [
    ("yes", "yes"), ("Yeah!", "yes"), ("ye", "yes"), ("yep it is", "yes"), ("no", "no"), ("nah", "no"), ("nope.", "no"), ("no thanks", "no"),
    ("not today", "not_today"), ("today", "today"), ("tonight", "today"), ("of course", "yes"), ("n", "no"), ("not tonight", "not_today"), ("not now", None), ("rn", "today"), ("right now", "today"), ("right", None),
    ("idk", "unsure"), ("not sure", "unsure"), ("maybe", "unsure"),
    ("dont know", "unsure"), ("no not saturday", None), ("no he wont stop", None), ("yes he hit me", None), ("i said no to him", None), ("", None), ("help", None),
    ("no no no no please no someone help me he is coming up the stairs", None),
]  # fmt: skip


@pytest.mark.parametrize("text, answer", ANSWERS)
def test_a_bare_answer_is_that_and_nothing_more(text, answer):
    assert bare_answer(text) == answer


OF_DANGER = [
    ("yes im safe", "safe"), ("im ok", "safe"), ("safe for now", "safe"), ("ok", None), ("alright", None), ("She's safe with me", "safe_them"), ("no im ok", "safe"), ("im ok now", "safe"), ("mum is out now", "somebody_out"), ("mums asleep", "somebody_out"), ("mum has gone to work", "somebody_out"), ("no ones home", None), ("he is out now", "away"), ("stepdad is out", "away"), ("im safe but he isnt", None), ("is it safe", None),
    ("he isnt here now", "away"), ("he aint here", "away"), ("she isn't home", "somebody_out"), ("he isnt here yet", None),
    ("not safe", "not_safe"), ("no im not safe", "not_safe"), ("I don't feel safe here", "not_safe"), ("its not safe to meet him", None),
    ("no hes not here", "away"), ("not tonight hes away", "away"), ("he's at work", "away"), ("hes not here yet", None), ("hes at work with me", None), ("hes outside", None),
    ("nobody is in danger", "no_danger"), ("No one's in danger right now", "no_danger"), ("it's not an emergency", None), ("sorry false alarm", "no_danger"), ("no 1 is in danger", "no_danger"), ("i 1 is in danger", None), ("i am not in danger", "no_danger"), ("im not in danger", "no_danger"), ("i am in danger", None), ("we are in danger", None), ("im in danger", None), ("someone is in danger", None),
    ("i dont need 999", None), ("nobody believes im in danger", None), ("is it an emergency", None), ("nobody is in danger but she is", None),
]  # fmt: skip


@pytest.mark.parametrize("text, said", OF_DANGER)
def test_what_a_few_words_say_of_danger(text, said):
    assert said_of_danger(re.sub(r"[’'`]", "", text.lower())) == said


BACK = [
    ("she just walked in", True), ("she's just come through the door", True), ("he has come home", True), ("hes turned up", True), ("police brought him back", True),
    ("found him at his mates", True), ("they found her, shes safe", True), ("its ok he's here with me", True), ("my daughter is home", True),
    ("she hasnt come home", False), ("hes not back", False), ("what if she comes back", False), ("they found her phone", False), ("she got in a car with him", False), ("he got in his van", False), ("she came up to a man", False), ("found her with a man", False), ("hes found her", False), ("hes been found", True), ("found her bike in the ditch", False), ("she walked home alone and should have been here an hour ago", False), ("she came home with bruises", False),
    ("he just came in my room", False), ("they found a body", False), ("she walked out", False), ("shes gone again", False), ("when he gets home", False),
    ("thank god shes home", True), ("Update: my daughter is back home safe and sound, thank you", True), ("found her at her nans asleep", True), ("hes back in bed now", True), ("he came home half an hour ago", True),
    # back, and in danger
    ("shes home but her dad is hitting her", False), ("hes back and hes got a gun", False), ("she is home and her ex is outside with a machete", False), ("hes back but dad is smashing the house up", False),
    ("she came home and shes taken an overdose", False), ("hes home, hes overdosed", False), ("hes back he has hung himself", False), ("shes back and shes been stabbed", False),
    ("hes home and he says hes going to kill himself", False), ("he came back and hes trying to strangle me", False), ("found her in his flat", False), ("hes home dads got him by the throat", False),
    ("shes back with him", False), ("found her at his", False), ("he came home and locked himself in", False), ("shes home and wont wake up", False), ("hes back and my sister is gone", False),
]  # fmt: skip


@pytest.mark.parametrize("text, back", BACK)
def test_a_child_who_is_back_is_heard(text, back):
    assert says_back(re.sub(r"[’'`]", "", text.lower())) is back


FACING = [
    ("can i text him from her phone to find out who he is", "contact"), ("should i reply to him", "contact"), ("can i reply as him", "contact"), ("shall i pretend to be my son and message him", "contact"),
    ("Should I confront him?", "contact"), ("i want to smash his face in", "harm"), ("im going round to his house", "harm"), ("i think hes going to kill him", None), ("shes going to his house", None),
    ("how do i answer him", None), ("im going to hurt him, hes my son", None), ("we lost grandad and i keep going to text him", None),
    ("should i ring them", None), ("can i text someone", None), ("he pretended to be 15", None), ("he wants me to pretend to be older", None),
    ("i want to kill myself", None), ("he said he is going to find me", None), ("should i tell them", None),
    ("my husband wants to message them", "contact"), ("my brother is going to confront him", "contact"), ("he wants to message them", None), ("my friend wants to message her mum", None),
]  # fmt: skip


@pytest.mark.parametrize("text, would", FACING)
def test_who_would_face_the_person_is_heard(text, would):
    assert would_face_them(text) == would


@pytest.mark.parametrize("text, asks", [
    ("should i send it to the DSL as evidence", True), ("can i delete the pics", True), ("do we need to screenshot it", True), ("should i look at her phone", True),
    ("he said send it or else", False), ("where do i send it", False), ("how do i delete a photo", False), ("can i keep my phone", True), ("should i tell them", False), ("i deleted it", False),
])  # fmt: skip
def test_what_to_do_with_pictures_is_heard(text, asks):
    assert keeps_or_sends(text) is asks


def test_every_app_is_found_by_its_name_and_aliases(spotter, content):
    for app in content.follow_ups.apps.values():
        for name in app.aliases:
            assert ("app", app.slug) in {(s.kind, s.value) for s in spotter.spot(f"how do i block on {name}")}, name


def test_no_alias_stands_for_two_apps(content):
    aliases = [alias for app in content.follow_ups.apps.values() for alias in app.aliases]
    assert len(aliases) == len(set(aliases))


FACTS = [
    ("im 11", "age"), ("11", "number"), ("i'm only nine", "age"), ("14 years old", "age"), ("in scotland", "place"), ("I live in Wales.", "place"),
    ("saturday", "day"), ("on friday night", "day"), ("tomorrow", "day"), ("next week", "day"), ("at 5", None),
    ("saturday he tried to grab me", None), ("northern ireland", "place"), ("im 11 and hes here", None), ("hes 40", None), ("hes 15", "age"),
    ("My daughter is 12", "age"), ("she's only nine", "age"), ("hes 15 and wants to meet", None), ("shes 10 minutes away", None), ("he is eighteen", None), ("in his car", None), ("i live in fear", None), ("he lives in wales", None), ("999", None),
]  # fmt: skip


@pytest.mark.parametrize("text, fact", FACTS)
def test_a_bare_fact_is_that_and_nothing_more(spotter, text, fact):
    found = {(s.kind, s.value) for s in spotter.spot(text)}
    assert {v for k, v in found if k == "said"} == ({fact} if fact else set())
    if fact:
        own = "age" if re.match(r"(im|i'm|\d)", text) else "said"  # a child's age is not the reader's
        assert {k for k, _ in found} >= {{"age": own, "number": "age", "day": "said", "place": "nation"}[fact]}


@pytest.mark.parametrize(
    "text, said",
    [
        ("👍", "yes"), ("👍🏽👍🏽", "yes"), ("✔️", "yes"), ("👎", "no"), ("🤷‍♀️", "unsure"), ("🙏🙏", "thanks"), ("❤️", "thanks"),
        ("💀💀💀", ""), ("😭", ""), ("👍😭", ""), ("...", ""), ("?", ""), (":(", ""), ("  ", ""), ("👍 ok", None), ("hi", None), ("999", None), ("не", None),
    ],
)  # fmt: skip
def test_what_a_message_without_words_says(text, said):
    assert wordless(text) == said
    if said is not None:
        assert bare_answer(text) == (said if said in ("yes", "no", "unsure") else None)


@pytest.mark.parametrize("blank", [" ", "\n", " -"])
def test_a_long_run_of_blanks_around_a_number_is_read_at_once(spotter, blank):
    """Where two parts of a pattern may take the same blank, each run costs its square: this took hours, and everybody waited."""
    assert spotter.spot("." + blank * 8000 + "12" + blank * 8000 + "x") == []


@pytest.mark.parametrize("text, said", [
    ("oh sorry wrong button", "wrong_button"), ("it's only the postman", "only_the_post"), ("i pressed it by mistake", "wrong_button"), ("i sent it by accident", None), ("its the cat", None),
    ("its the window cleaner", None), ("its my postman", None), ("its him", None), ("its the man", None), ("that was last year", "long_ago"), ("years ago", "long_ago"), ("ages ago", None), ("a long time ago", None), ("when i was 13", None), ("it was yesterday", None), ("an hour ago", None), ("2 days ago", None), ("last year he did it too and now again", None),
    ("he's home now", None), ("my dad's home", "home"), ("im home", "home"), ("hes home and drunk", None), ("im home alone", None),
    ("i said no", "said_no"), ("i said no thanks", None), ("i mean it", "means_it"), ("im not joking", "means_it"), ("i mean it was fine", None),
])  # fmt: skip
def test_what_a_few_words_say_of_the_danger(text, said):
    assert said_of_danger(re.sub(r"[’'`]", "", text.lower())) == said


TO_DIE = [
    ("i want to kms", True), ("i want to kms lol", True), ("kms", True), ("I literally want to die lol", True), ("ngl i wanna die lmao", True), ("my friend says she wants to kms lol", True),
    ("i'm gonna kms tonight", True), ("i want to kill myslef", True), ("i dont wanna be here anymore", True), ("i dont want to live here anymore", False), ("id be better off dead", True), ("i wish i was dead", True), ("My daughter says she wants to die", True), ("i think i want to die sometimes", True), ("fr i want to die tho", True),
    # a cause beside it, a way of speaking, somebody else's doing, or the contrary: the model's to judge
    ("homework makes me want to kms", False), ("im gonna die in pe", False), ("im dead lol", False), ("i dont want to die", False), ("he wants to kill me", False), ("is he going to die", False),
    ("my dog is going to die", False), ("she is dead", False), ("do you die if you take them", False), ("i want to die my hair", False), ("i want to dye my hair", False),
]  # fmt: skip


@pytest.mark.parametrize("text, wish", TO_DIE)
def test_a_wish_to_die_and_nothing_else_is_heard(text, wish):
    assert wants_to_die(text) is wish
