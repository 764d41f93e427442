"""What our figures stand beside: TF-IDF of words, pairs of words and characters, with logistic regression.

Needs the extra `bench` (scikit-learn); without it the answer says so.
"""

from collections.abc import Sequence
from typing import Any

from model.data import Example, Labelled, read_corpus, without
from model.evaluate import auroc, or_none, wilson
from model.labels import OOS
from model.tokenizer import key

MISSING = {"tf-idf + logistic regression": "not run: pip install -e '.[bench]'"}


def _fitted(texts: Sequence[str], labels: Sequence[str]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), sublinear_tf=True)
    return make_pipeline(make_union(words, characters), LogisticRegression(C=20, max_iter=500)).fit(texts, labels)


def peer(rows: Sequence[Example], test: Sequence[Example]) -> dict[str, Any]:
    """Its accuracy on `test`, taught by `rows`."""
    try:
        fitted = _fitted([one.text for one in rows], [one.intents[0] for one in rows])
    except ImportError:
        return MISSING
    answers = fitted.predict([one.text for one in test])
    right = sum(answer == one.intents[0] for answer, one in zip(answers, test, strict=True))
    return {"tf-idf + logistic regression": wilson(int(right), len(test))}


def shop_peer(test: Sequence[Labelled]) -> dict[str, Any]:
    """Taught by our own utterances, on labelled messages: accuracy within the accept-sets, out-of-scope AUROC."""
    examples = [one for one in without(read_corpus(), {key(row.row.text) for row in test}) if one.intents]
    found: dict[str, Any] = {}
    for language in sorted({row.language for row in test}):
        rows = [row for row in test if row.language == language]
        taught = [one for one in examples if one.language == language]
        try:
            fitted = _fitted([one.text for one in taught], [one.intents[0] for one in taught])
        except ImportError:
            return MISSING
        shares = fitted.predict_proba([row.row.text for row in rows])
        tops = fitted.classes_[shares.argmax(1)]
        foreign = shares[:, list(fitted.classes_).index(OOS)] if OOS in fitted.classes_ else [0.0] * len(rows)
        found[language] = {
            "intent_accuracy": wilson(sum(top in row.accept for top, row in zip(tops, rows, strict=True)), len(rows)),
            "oos_auroc": or_none(auroc(foreign, [row.intent == OOS for row in rows])),
        }
    return {"tf-idf + logistic regression": found}
