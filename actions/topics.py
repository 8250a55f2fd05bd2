"""Which topics go together, and which outranks which. Names of topics are those of data/nlu/ and content/advice/."""

from actions.choices import SUICIDE

# Talk that names no worry of its own: the contacts of the last worry stay on the card.
MANNERS = frozenset(
    ["greeting", "thanks", "goodbye", "affirm", "deny", "bot_identity", "trolling_abuse", "out_of_scope", "danger_over", "vague_distress"]
)
# Questions that come up inside a worry: its contacts stay on the card.
QUESTIONS = frozenset(
    ["how_to_report", "how_to_block", "contact_numbers", "confidentiality", "law_age", "parent_advice", "not_helped", "fear_of_trouble"]
)
# Talk that passes an open question by. "Thanks" and "bye" don't: who leaves is not asked twice. Nor does another subject.
PASSING_BY = frozenset(["greeting", "affirm", "deny", "vague_distress"])
OFF_THE_SUBJECT = frozenset(["out_of_scope", "trolling_abuse"])
# Inside a worry these are taken for more of it: "i don't know", "like 40", "ur useless".
MORE_OF_IT = frozenset(["vague_distress", "out_of_scope", "trolling_abuse"])
NODS = frozenset(["affirm", "deny"])
PLEASANTRIES = frozenset(["greeting", "thanks", "goodbye", "bot_identity"])

ABOUT_DESPAIR = frozenset([SUICIDE, "mental_health"])
# Advice for adults with a child in their care.
FOR_ADULTS = frozenset(["professional_duty", "parent_advice", "parent_wants_signs", "parent_found_messages"])
# What a carer who is afraid of hurting their child is taken for.
OF_A_CARER = frozenset(["abuse_at_home", "mental_health", "vague_distress", "parent_advice", "danger_over"])
# Worries that somebody has about another.
OF_OTHERS = frozenset(["friend_at_risk", "professional_duty", "parent_advice", "parent_wants_signs", "parent_found_messages"])
# Worries that "its tonight" makes an emergency: of a meeting, of leaving, of suicide.
MAY_BE_TODAY = frozenset(["meeting_plan", "runaway_missing", SUICIDE, "mental_health"])
# Harm by somebody in the child's life: that they also want it kept secret, or give presents, is no matter of blocking them.
BY_SOMEBODY_NEAR = frozenset(["known_adult", "abuse_at_home", "met_already", "in_person_danger"])
PART_OF_IT = frozenset(["secrecy", "gifts_money", "grooming_signs"])

# Worries about somebody who comes and goes.
WHERE_WE_LIVE = frozenset(["abuse_at_home", "known_adult"])

# Whoever is worried by their own acts gets no victim's comfort, whatever they ask next.
OWN_ACTS = "adult_own_thoughts"
# Emergencies that are plainly another matter, though.
OUTSIDE_OWN_ACTS = frozenset(["in_person_danger", "runaway_missing", "sextortion"])
# Whose danger is not somebody at the door: "someone is in danger now" says more of the same worry.
SAME_DANGER = {SUICIDE: SUICIDE, "mental_health": SUICIDE, "runaway_missing": "runaway_missing", OWN_ACTS: OWN_ACTS}
# Which of two worries outranks the other (docs/labelling.md): a detail of the graver one does not put it away.
RANK = {
    SUICIDE: 6, "in_person_danger": 5, "sextortion": 4, "met_already": 3, "known_adult": 3, "abuse_at_home": 3, "past_abuse": 3,
    "images_shared": 2, "image_request": 2, "runaway_missing": 2, "meeting_plan": 1, "sexual_messages": 1,
}  # fmt: skip
