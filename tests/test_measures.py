import pytest

from actions.urgency import Urgency
from tools.heldout import Held
from tools.measures import Figures, Said, auroc, share, wilson

CHAT, INFO, SUPPORT, URGENT, EMERGENCY = Urgency


def held(tier, accept=(), topic="sextortion", audience="young_person"):
    return Held("x", audience, tier, topic, "teen", accept, ())


def said(tier, *shown):
    return Said(tier, "sextortion", "young_person", shown or ("childline", "999"))


def test_wilson_agrees_with_the_textbook():
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-3)
    assert wilson(0, 0) == (0.0, 1.0)
    assert share(49, 50).startswith("98.0 % (89.5-99.6")


def test_auroc_counts_pairs_and_ties_half():
    assert auroc([3, 2], [1, 0]) == 1.0
    assert auroc([1, 0], [1, 0]) == 0.5
    assert auroc([0], [1, 2]) == 0.0


def test_a_tier_that_a_lead_could_defend_is_neither_under_nor_over():
    f = Figures([held(URGENT, (SUPPORT,)), held(URGENT), held(SUPPORT)], [said(SUPPORT), said(SUPPORT), said(EMERGENCY)])
    assert f.under_triage() == (1, 3) and f.over_triage() == (1, 3)
    assert f.tier_accuracy() == (1, 3) and f.recall(URGENT) == (0, 2)


def test_required_contacts_are_those_of_the_fact_sheet():
    f = Figures([held(URGENT)] * 2, [said(URGENT, "ceop", "childline", "report_remove", "999"), said(URGENT, "ceop", "childline", "999")])
    assert f.contacts() == (1, 2), "Report Remove is required for blackmail"
    assert Figures([held(EMERGENCY)], [said(SUPPORT, "childline", "999")]).headline_999(EMERGENCY) == (0, 1)
