"""Mistyped words are read as the nearest word in use; everything else is left as it was typed."""

import random

import pytest

from addons.examples import first_messages
from addons.spelling import COMMON, Spelling
from addons.typos import noisy

USED = ["outside", "message", "house", "wants", "grooming", "he", "school", "can't", "picture"]


@pytest.fixture(scope="module")
def spelling():
    return Spelling.learn([" ".join(USED)] * COMMON + ["slipp of ours"], lexicon=["windsor"])


@pytest.mark.parametrize(
    "typed, read",
    [
        ("hes outsied", "hes outside"),  # two swapped
        ("a mesage", "a message"),  # one missing
        ("my housee", "my house"),  # one extra
        ("grooning?", "grooming?"),  # the key beside it
        ("Shcool", "school"),  # at the start
        ("heeelp he wantsssss it", "heeelp he wants it"),  # stretched; "help" is not in use here
        ("hewants", "he wants"),  # run together
        ("windsor", "windsor"),  # right, though nobody used it
        ("hse pic", "hse pic"),  # too short to be sure
        ("zzzzkqqx 🙈 0800 1111", "zzzzkqqx 🙈 0800 1111"),
        ("a" * 2000, "a" * 2000),
        ("", ""),
    ],
)
def test_a_slip_is_mended_and_all_else_stays(spelling, typed, read):
    assert spelling.mend(typed) == read


def test_a_word_seen_once_is_no_word_to_mend_into(spelling):
    assert spelling.mend("slippy") == "slippy"


def test_most_slips_of_a_phone_are_mended_and_hardly_a_word_that_was_right():
    """On messages that the words were not learnt from."""
    texts = [e.text for e in first_messages()]
    random.Random(3).shuffle(texts)
    spelling, unseen, rng = Spelling.learn(texts[2000:]), texts[:2000], random.Random(4)
    assert sum(spelling.mend(text) != text for text in unseen) < 0.2 * len(unseen)
    slips = mended = 0
    for text in unseen:
        for right in text.split():
            typed = noisy(right, rng, rate=1.0)
            if (
                right.isalpha()
                and len(right) > 4
                and typed.lower() != right.lower()
                and right in spelling.counts
                and typed not in spelling.counts
            ):
                slips += 1
                mended += spelling.mend(typed) == right
    assert slips > 1000 and mended > 0.6 * slips, mended / slips


# Short, as children write them; dictated and without accents too.
OTHER_LANGUAGES = [
    "tengo 11 años y un hombre esta en la puerta y no se va", "me quiero morir", "ayuda por favor", "tata ma bate", "un tip de pe net vrea poze cu mine",
    "Mam 13 lat i pan z internetu chce moje nagie zdjęcia", "boję się wracać do domu", "nie wiem co robic", "moj ojczym mnie dotyka", "dwi'n 13 ac mae dyn yn gofyn am luniau",
    "mae fy nhad yn fy nharo i", "mein stiefvater schlägt mich", "ich bin 12 und ein mann will mich treffen", "mon oncle me touche la nuit j'ai peur",
    "il veut que j'envoie des photos", "ho paura di tornare a casa", "tenho 12 anos e um homem pede fotos", "waxaan ahay 13 jir nin ayaa i soo waca",
    "ek aadmi mujhse photo maang raha hai", "mujhe dar lag raha hai", "ben 12 yasindayim bir adam fotograf istiyor", "babam beni dövüyor", "hij wil foto's van mij",
    "kad mane skriaudzia", "救命", "pomocy", "ajutor", "socorro", "pomocy prosze", "আমার বাবা আমাকে মারে", "मुझे मदद चाहिए", "أبي يضربني", "помогите мне", "тато мене б'є",
]  # fmt: skip
ENGLISH = [
    "yo fam dis man tryna link me 2nite innit", "ma da wullnae stop skelpin us", "hes outsied my hosue", "plz hlp hes hre", "kms lol", "wagwan", "ffs", "😭😭😭", "...", "",
    "my mum's bf Dariusz from Kraków hits me", "Aisha and Mohammed said Xiomara is in his whip", "he sed hel kil me if i tel", "i doant no wot to doo",
]  # fmt: skip


@pytest.fixture(scope="module")
def learned() -> Spelling:
    """From the training messages, as `make train` does it."""
    return Spelling.learn(e.text for e in first_messages())


def test_another_language_is_noticed_and_slang_is_none(learned):
    missed = [text for text in OTHER_LANGUAGES if not learned.another_language(text)]
    assert len(missed) <= 3, missed
    assert [text for text in ENGLISH if learned.another_language(text)] == []
    taken = [e.text for e in first_messages() if learned.another_language(e.text)]
    assert len(taken) <= 0.005 * len(first_messages()), taken[:20]
