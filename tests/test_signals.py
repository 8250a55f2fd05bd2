"""What the words around a danger make of it: which family the detector finds in a message, or none.

Read the tables from left to right: a message, and a family that must be live; None where no family may be.
"""

import shutil

import pytest

from actions import signals
from actions.contacts import ContentError
from actions.normalise import Targets, words_of
from actions.signals import build_all, detector

NEGATION = [
    ("hes not outside my house", None),
    ("he isnt outside my house", None),
    ("there isnt anyone in our garden", None),
    ("nobody is outside my house", None),
    ("he hasnt got a knife", None),
    ("im not going to kill myself", None),
    ("im not meeting him tonight", None),
    ("i am not. hes outside", "arrival"),  # a "not" of another sentence
    ("he hasnt hurt me but hes outside my house", "arrival"),
    ("im not lying hes outside my house", "arrival"),
    ("hes outside my house. not going to lie im playing fortnite to calm down", "arrival"),
    ("he hasnt touched me, hes just meeting me tonight and picking me up at 6", "meeting_today"),
    ("he wont stop banging on our door", "arrival"),
]
PAST = [
    ("he was outside my house yesterday", None),
    ("there was a man in our garden last week", None),
    ("he had a knife last year", None),
    ("i tried to kill myself years ago", None),
    ("he was outside my house yesterday. hes outside.", "arrival"),
    ("he followed me last week. hes outside my house", "arrival"),
    ("yesterday he followed me but now hes outside my house", "arrival"),
    ("yesterday he followed me and now hes outside my house", "arrival"),
    ("he wasnt here yesterday, now hes at my door", "arrival"),
    ("i met him last week but hes outside my house", "arrival"),
    ("yesterday was fine, today hes outside my house", "arrival"),
    ("hes outside my house but yesterday he was nice to me", "arrival"),
]
HYPOTHETICAL = [
    ("what if he is outside my house", None),
    ("what should you do if someone is in your house", None),
    ("what happens if theres a man in our garden", None),
    ("he might be outside my house", None),
    ("hypothetically hes outside my house", None),
    ("what if he gets in. hes outside my house", "arrival"),
    ("hes outside my house. what if he gets in", "arrival"),
    ("hes outside my house. what should i do", "arrival"),
    ("what if nobody believes me but hes outside my house", "arrival"),
    ("asking for a friend, hes got a knife", "threat_with_means"),
]
QUOTATION = [
    ("he said 'im outside your house come out'", "arrival"),
    ('he texted "send me a nude or i post it"', "blackmail"),
    ('she said "im going to kill myself tonight"', "suicide_intent"),
    ("he goes 'send nudes'", "image_asked"),
    ("he says its just a game but hes in my room", "presence"),
    ("my teacher said what is grooming", None),
]
GAME = [
    ("in fortnite hes outside my house", None),
    ("hes outside my house in minecraft", None),
    ("hes got a knife in gta", None),
    ("got stabbed in the back... in minecraft, lol", None),
    ("hes outside my house. its only in minecraft lol", None),
    ("we were in fortnite but now hes outside my house", "arrival"),
    ("im on roblox and the man from roblox is outside my house", "arrival"),
    ("hes outside my house. we met in fortnite", "arrival"),
    ("hes got a knife. i was in the game when he came in", "threat_with_means"),
]
FICTION = [
    ("in the film he has a knife. he is outside her house", None),
    ("theres a man in her room in the book", None),
    ("i had a weird dream hes outside my house", None),
    ("hes outside my house, its from a song", None),
    ("my drama piece is about a girl. hes got a knife and hes in her house", None),
    ("hes got a knife. in the film yesterday there was one too", "threat_with_means"),
    ("i was watching a film but hes outside my house", "arrival"),
    ("im being forced to have sex. its my story and nobody believes it", "forced_sex"),
    ("hes outside my house. its only a game to him", "arrival"),
    ("hes outside my house. i put a film on so he thinks im not in", "arrival"),
]
HOMEWORK = [
    ("this homework is killing me", None),
    ("for my essay on grooming, what does he ask for", None),
    ("writing a poster about sexting for pshe", None),
    ("my homework made me want to kms", None),
    ("im doing my homework. theres a man in my room", "presence"),
    ("i was doing my homework and theres a man in my room", "presence"),
]
JOKE = [
    ("mum is going to kill me", None),
    ("jk hes outside my house", None),
    ("kms lol this bus", None),
    ("i could murder a kebab", None),
    ("hes outside my house. the puppy is brilliant", "arrival"),  # harmless words in another sentence
    ("im meeting him tonight lol", "meeting_today"),
    ("ive taken loads of tablets lol", "suicide_intent"),
]
HARMLESS = [
    ("the pizza man is outside", None),
    ("theres a man in our kitchen, its the plumber", None),
    ("hes outside. the dog.", None),
    ("hes here!! my new puppy is here", None),
    ("someones at the door its only my nan.", None),
    ("hes outside my door. its my mums boyfriend", "arrival"),
    ("took 20 paracetamol. i had a headache", "suicide_intent"),
    ("she took pills and fell asleep", "suicide_intent"),
    ("he hit me. we were watching the football match", "hit_at_home"),
]
OVER = [
    ("he was outside my house but hes gone now", None),
    ("someone was at the door. false alarm", None),
    ("hes gone home now, he was outside for a bit", None),
    ("he left but now hes back outside", "arrival"),
    ("i got away from him but hes driving round looking for me", "arrival"),
    ("mum is home now but he keeps banging on our door", "presence"),
]
ANOTHER_DAY = [
    ("im meeting him on saturday", "meeting_planned"),
    ("im meeting him but its on saturday", "meeting_planned"),
    ("on saturday hell be outside my house", "meeting_planned"),
    ("im meeting him tonight", "meeting_today"),
    ("im meeting him tonight but on saturday he was horrible", "meeting_today"),
    ("it was going to be saturday but hes outside my house", "arrival"),
]
SPELLING = [
    ("h3s 0uts1de my h0use", "arrival"),
    ("sum1 is in my room rn", "presence"),
    ("im gonna unalive myself 2nite", "suicide_intent"),
    ("gonna kms tonite got the pills ready", "suicide_intent"),
    ("omw 2 meet him", "meeting_today"),
    ("hes comin 2 get me", "arrival"),
    ("hes outside 😭😭", "arrival"),
    ("hes outside my house 🔪", "arrival"),
    ("he asked me 4 nudes", "image_asked"),
    ("took 24tablets", "suicide_intent"),
    ("took 2 pills", "suicide_intent"),
    ("i got 2 tablets in my hand and im going 2 take them", "suicide_intent"),
    ("4 of them are outside my house", "arrival"),
    ("hes here in 2 mins", "arrival"),
    ("he is 2 streets away", "arrival"),
    ("hes 10mins away", "arrival"),
    ("hes at gate 4", "arrival"),
    ("im meeting him at 4", "meeting_today"),
    ("meeting him at 4.30 tonight", "meeting_today"),
    ("ring 9 9 9 please", "rescue_cry"),
]
RUN_ON = [
    ("hes outside my house im on my own mum is at work i dont know what to do", "arrival"),
    ("im so scared hes got a knife pls help", "threat_with_means"),
    ("yesterday he was nice now hes outside my house", "arrival"),
    ("we met on roblox hes older im on the train to meet him", "meeting_today"),
]
THIRD_PERSON = [
    ("hes outside her house", "arrival"),
    ("my friend says shes going to kill herself", "suicide_intent"),
    ("my sister is going to meet a man she met online tonight", "meeting_today"),
    ("my mates mum hits her with a belt", "hit_at_home"),
    ("she isnt meeting him tonight", None),
]
TABLES = {name: table for name, table in globals().items() if isinstance(table, list)}
CASES = [pytest.param(text, family, id=f"{name.lower()}: {text}") for name, table in TABLES.items() for text, family in table]


@pytest.mark.parametrize("text, family", CASES)
def test_what_the_words_around_a_danger_make_of_it(text, family):
    live = detector().spoke(text)
    assert family in live if family else not live
    # A meeting on Saturday must not be an emergency as well, through some other family.
    assert detector().tier(text) == (detector().families[family].tier if family else None)


@pytest.mark.parametrize(
    "typed, read",
    [
        ("i want 2 meet him", "i want to meet him"),
        ("its 4 me", "its for me"),
        ("he wants me 2 come 2 his", "he wants me to come to his"),
        ("talk 2 boys", "talk to boys"),
        ("asks 4 pics", "asks for pictures"),
        ("got 2 boys with me", "got 2 boys with me"),
        ("be here at 4 2 get me", "be here at 4 to get me"),
        ("at 4 my dad comes", "at 4 my dad comes"),
        ("going with 4 of them", "going with 4 of them"),
        ("platform 2 now", "platform 2 now"),
        ("10mins", "10 minutes"),
        ("at 4:30 or 16.30", "at 430 or 1630"),
        ("my da hits me", "my dad hits me"),
        ("ma das outside", "ma dads outside"),
        ("in da house", "in the house"),
        ("he lives 20 kms away", "he lives 20 kms away"),
        ("im 13 kms", "im 13 kill myself"),
        ("took 30 kms", "took 30 kill myself"),
        ("gonna kms", "going to kill myself"),
        ("hes not here rn; hes outside now", "hes not here right now ; hes outside now"),
    ],
)
def test_what_people_type_is_spelt_out(typed, read):
    """A number that counts is no "to" or "for", a father no article, and a mark ends a sentence."""
    assert words_of(typed) == read.split()


@pytest.mark.parametrize(
    "typed, target, near",
    [
        ("scholo", "school", True),
        ("hepls", "helps", True),
        ("tonihgt", "tonight", True),
        ("tonigt", "tonight", True),
        ("abcde", "acdef", False),
    ],
)
def test_a_typo_is_one_letter_missing_extra_wrong_or_moved(typed, target, near):
    assert (target in Targets([target]).near(typed)) is near


def test_a_mistake_in_any_folder_of_patterns_is_found_at_start(root, tmp_path, monkeypatch):
    """data/danger/ has a table of mistakes in test_danger_detector.py; the others are built by the same function."""
    folders = sorted(path.parent.name for path in (root / "data").glob("*/_sets.yml"))
    assert len(folders) == 4
    for folder in folders:
        shutil.copytree(root / "data" / folder, tmp_path / folder)
    monkeypatch.setattr(signals, "ROOT", tmp_path / "danger")
    builders = [one for one in vars(signals).values() if hasattr(one, "cache_clear")]
    try:
        for folder in {*folders} - {"danger"}:
            for builder in builders:
                builder.cache_clear()
            build_all()
            path = next((tmp_path / folder).glob("[a-z]*.yml"))
            right = path.read_text(encoding="utf-8")
            path.write_text(right.replace("patterns:\n", "patterns:\n  - '{no_such_set}'\n", 1), encoding="utf-8")
            for builder in builders:
                builder.cache_clear()
            with pytest.raises(ContentError, match=f"{folder}/{path.name}.*no_such_set"):
                build_all()
            path.write_text(right, encoding="utf-8")
    finally:
        for builder in builders:
            builder.cache_clear()
