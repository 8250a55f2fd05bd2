"""Word and letter n-grams with logistic regression: what survives any spelling the sub-word encoder trips over."""

import json
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from scipy.sparse import hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

STRENGTH = 10.0  # sklearn's C: the usual value for tf-idf of short texts, not tuned further
PASSES = 12  # of stochastic average gradient, which is nearer to the optimum than 60 of lbfgs in a fraction of the time
_SPEC = {
    "letters": {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 3},
    "words": {"analyzer": "word", "ngram_range": (1, 2), "min_df": 2, "token_pattern": r"(?u)\b\w+\b|[^\w\s]"},
}


def _vectorizer(name: str, **more) -> TfidfVectorizer:
    return TfidfVectorizer(**_SPEC[name], **more, sublinear_tf=True, dtype=np.float32)


class NgramHead:
    """One multinomial logistic regression per task over tf-idf of letters (2 to 5, within words) and words (1 and 2).

    In:  list of str. Out: `predict` gives {task: float32 (n, labels)} of probabilities.
    """

    READINGS = len(_SPEC)  # of each text, while training

    def __init__(self, vectorizers: dict[str, TfidfVectorizer], weights: dict[str, tuple[np.ndarray, np.ndarray]]):
        self.vectorizers = vectorizers
        self.weights = weights

    @classmethod
    def train(cls, texts: list[str], truth: dict[str, np.ndarray], sizes: dict[str, int], *, seed: int, progress=None) -> "NgramHead":
        """truth: {task: int (n,)}, sizes: {task: how many labels}. Same seed, same data: same figures.

        progress: called with 1 for each of the READINGS of a text and for each task; what it raises ends the training.
        """

        def counted():
            for text in texts:
                if progress:
                    progress(1)
                yield text

        vectorizers = {name: _vectorizer(name) for name in _SPEC}
        x = hstack([v.fit_transform(counted()) for v in vectorizers.values()], format="csr")

        def fit(task: str) -> tuple[np.ndarray, np.ndarray]:
            balance = "balanced" if task == "urgency" else None
            model = LogisticRegression(solver="sag", C=STRENGTH, max_iter=PASSES, class_weight=balance, tol=1e-3, random_state=seed)
            model.fit(x, truth[task])
            coefficients = np.zeros((sizes[task], x.shape[1]), np.float32)
            intercepts = np.full(sizes[task], -30.0, np.float32)  # a label never seen is never chosen
            coefficients[model.classes_], intercepts[model.classes_] = model.coef_, model.intercept_
            if progress:
                progress(1)
            return np.ascontiguousarray(coefficients.T), intercepts

        # The solver is one thread of C, so two tasks train side by side; the ones with most labels take longest and go first.
        with warnings.catch_warnings(), ThreadPoolExecutor(2) as pool:
            warnings.simplefilter("ignore", ConvergenceWarning)  # stopping at PASSES is meant
            tasks = sorted(truth, key=sizes.get, reverse=True)
            found = dict(zip(tasks, pool.map(fit, tasks), strict=True))
        return cls(vectorizers, {task: found[task] for task in truth})

    def predict(self, texts: list[str]) -> dict[str, np.ndarray]:
        """Probabilities by task, float (texts, labels)."""
        x = hstack([v.transform(texts) for v in self.vectorizers.values()], format="csr")
        found = {}
        for task, (coefficients, intercepts) in self.weights.items():
            scores = x @ coefficients + intercepts
            scores = np.exp(scores - scores.max(1, keepdims=True))
            found[task] = scores / scores.sum(1, keepdims=True)
        return found

    def save(self, folder: Path) -> None:
        """Vocabulary as JSON, numbers as arrays."""
        arrays = {f"{name}.idf": v.idf_ for name, v in self.vectorizers.items()}
        for task, (coefficients, intercepts) in self.weights.items():
            arrays |= {f"{task}.coefficients": coefficients.astype(np.float16), f"{task}.intercepts": intercepts}
        np.savez(folder / "ngrams.npz", **arrays)
        words = {name: sorted(v.vocabulary_, key=v.vocabulary_.get) for name, v in self.vectorizers.items()}
        (folder / "ngrams.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "NgramHead":
        """The head that `save` wrote."""
        words = json.loads((folder / "ngrams.json").read_text(encoding="utf-8"))
        with np.load(folder / "ngrams.npz", allow_pickle=False) as arrays:
            vectorizers = {}
            for name in _SPEC:
                vectorizers[name] = _vectorizer(name, vocabulary={w: i for i, w in enumerate(words[name])})
                vectorizers[name].idf_ = arrays[f"{name}.idf"]
            tasks = [key.removesuffix(".intercepts") for key in arrays.files if key.endswith(".intercepts")]
            weights = {t: (arrays[f"{t}.coefficients"].astype(np.float32), arrays[f"{t}.intercepts"]) for t in tasks}
        return cls(vectorizers, weights)
