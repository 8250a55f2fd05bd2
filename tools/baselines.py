"""What our recognition is compared with, on the same messages in the same run."""

import re
from pathlib import Path

import yaml

from actions.urgency import Urgency

DATA = Path(__file__).resolve().parent.parent / "data" / "nlu"
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


def training_rows(folder: Path = DATA) -> list[tuple[str, str, str, str, str]]:
    """Text, topic, urgency, audience and ask of every training example."""
    rows = []
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            meta = block["metadata"]
            rows += [
                (line[2:], block["intent"], meta["urgency"], meta["audience"], meta.get("ask", "none"))
                for line in block["examples"].splitlines()
                if line.startswith("- ")
            ]
    return rows


class BagOfWords:
    """Bag of words + logistic regression: what Rasa's LogisticRegressionClassifier does; stands in for DIET, which needs TensorFlow."""

    def __init__(self):
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        texts, topics, urgencies, *_ = zip(*training_rows(), strict=True)
        self._fit = lambda y: make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=5, max_iter=100, tol=1e-3)).fit(
            texts, y
        )
        self._urgency, self._topic = self._fit(urgencies), self._fit(topics)

    def tiers(self, texts: list[str]) -> list[Urgency]:
        """The urgency of each text."""
        return [Urgency.of(w) for w in self._urgency.predict(texts)]

    def topics(self, texts: list[str]) -> list[str]:
        """The topic of each text."""
        return list(self._topic.predict(texts))
