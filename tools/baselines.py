"""What our recognition is compared with, on the same messages in the same run."""

import re

from actions.urgency import Urgency
from addons.examples import first_messages

# A plain keyword list, as many services use: written once, before any figure was seen, and left alone.
KEYWORDS = {
    Urgency.EMERGENCY: "999|emergency|outside|kidnap|knife|gun|weapon|suicide|kill myself|overdose|pills|missing|run away|followed|hiding|he's here|hes here|help me now|rape|bleeding|meeting him tonight",
    Urgency.URGENT: "nude|naked|pic|photo|video|webcam|blackmail|threat|pay|money|sexual|sex|touched|kissed|meet|hotel|hit me|hurt me|bruise|abuse",
    Urgency.SUPPORT: "secret|scared|worried|lonely|sad|uncomfortable|weird|older|gift|ashamed|fault|trouble|depressed|anxious|self harm|friend online",
    Urgency.INFO: r"what is|how do|how can|who do|is it illegal|number|report|block|what happens|\?",
}


def keyword_tier(text: str) -> Urgency:
    """The first tier, from the top, with a word of its list in the text."""
    for tier, words in KEYWORDS.items():
        if re.search(rf"(?<!\w)(?:{words})", text.lower()):
            return tier
    return Urgency.CHAT


class BagOfWords:
    """Bag of words + logistic regression: what Rasa's LogisticRegressionClassifier does; stands in for DIET, which needs TensorFlow."""

    def __init__(self):
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        examples = first_messages()

        def fit(labels: list[str]):
            made = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=5, max_iter=100, tol=1e-3))
            return made.fit([e.text for e in examples], labels)

        self._urgency, self._topic = fit([e.urgency for e in examples]), fit([e.topic for e in examples])

    def tiers(self, texts: list[str]) -> list[Urgency]:
        """The urgency of each text."""
        return [Urgency.of(w) for w in self._urgency.predict(texts)]

    def topics(self, texts: list[str]) -> list[str]:
        """The topic of each text."""
        return list(self._topic.predict(texts))
