"""An evaluation by hand-made answers: what is counted, what the table says, and what stands on the page."""

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from test_model_tiny import tiny_model

from model import evaluate, peers
from model.batch import Row
from model.calibration import Calibration, Trial, kept
from model.data import Example, Labelled
from model.evaluate import evaluate_rows, table
from model.report import html
from model.understand import Span, Understood


def message(text: str, intent: str, *slots: tuple[str, str]) -> Labelled:
    return Labelled(Row(text), intent, frozenset({intent}), slots=slots, tags=("typo",))


def answer(text: str, top: str, sure: float, *slots: tuple[str, str], in_scope: float = 0.9) -> Understood:
    others = [(name, 0.01) for name in ("order_status", "greeting", "invoice", "oos") if name != top]
    spans = tuple(Span(name, value, text.index(value), text.index(value) + len(value)) for name, value in slots)
    return Understood(text, ((top, sure), *others), spans, "en", in_scope)


TOLD = [
    (message("where is 10423", "order_status", ("order_id", "10423")),
     answer("where is 10423", "order_status", 0.95, ("order_id", "10423"))),
    (message("track 7 please", "order_status", ("order_id", "7")), answer("track 7 please", "order_status", 0.75)),
    (message("has <b>it</b> left", "order_status"), answer("has <b>it</b> left", "greeting", 0.85)),
    (message("hi, my bill?", "invoice"), answer("hi, my bill?", "greeting", 0.65)),
    (message("hello", "greeting"), answer("hello", "greeting", 0.99)),
    (message("tell a joke", "oos"), answer("tell a joke", "oos", 0.9, in_scope=0.1)),
]


def report(monkeypatch: pytest.MonkeyPatch, calibration: Calibration | None = None) -> dict[str, Any]:
    said = {row.text: one for row, one in TOLD}
    monkeypatch.setattr(evaluate, "understand", lambda _, rows: [said[row.text] for row in rows])
    model = replace(tiny_model(), calibration=calibration or tiny_model().calibration)
    return evaluate_rows(model, [row for row, _ in TOLD], 0.1, ["en.jsonl"])


def test_each_figure_counts_what_it_says(monkeypatch: pytest.MonkeyPatch):
    found = report(monkeypatch)["results"]
    assert set(found) == {"en", "all"}
    figures = {name: one["value"] if isinstance(one, dict) else one for name, one in found["all"].items()}
    assert figures["messages"] == 6
    assert figures["intent_accuracy"] == pytest.approx(4 / 6)
    assert figures["slot_f1"] == pytest.approx(2 / 3)  # one right, one found, two labelled
    assert (figures["slot_precision"], figures["slot_value_accuracy"]) == (1.0, 0.5)
    assert figures["oos_auroc"] == 1.0
    assert figures["handled"] == pytest.approx(2 / 6)  # at 0.95, with something to act on
    assert figures["error_among_handled"] == 0.0


def test_the_table_has_a_column_for_each_language_and_the_peer_below(monkeypatch: pytest.MonkeyPatch):
    found = report(monkeypatch)
    share = {"value": 0.5, "low": 0.25, "high": 0.75}
    found["peer"] = {"a peer": {"en": {"intent_accuracy": share, "oos_auroc": None}}}
    told = table(found).splitlines()
    assert told[1].split() == ["en", "all"]
    assert sum(line.startswith("intent_accuracy ") and line.count("0.667 [") == 2 for line in told) == 1
    assert told[-2:] == ["a peer, en: intent_accuracy 0.500 [0.250, 0.750]", "a peer, en: oos_auroc –"]
    assert table(found | {"peer": peers.MISSING}).splitlines()[-1].endswith("pip install -e '.[bench]'")


def test_how_often_the_promise_is_kept_is_counted_and_shown(monkeypatch: pytest.MonkeyPatch):
    trials = tuple(Trial(0.5 + at / 400, 0.6 * (at % 25 == 0), 0.5) for at in range(200))
    found = report(monkeypatch, Calibration(trials=trials))
    assert found["promise_kept"] == kept(trials, 0.1)
    assert f"(kept in {found['promise_kept']:.0%} of calibration sets drawn anew)" in html(found)
    assert report(monkeypatch, Calibration())["promise_kept"] is None


def cells(page: str, first: str) -> list[str]:
    """What stands in the row of a table that begins with `first`."""
    [row] = [row for row in re.findall(r"<tr>(.*?)(?=<tr>|</table>)", page) if re.match(rf"<t[dh][^>]*>{first}<", row)]
    return re.findall(r"<td[^>]*>([^<]*)", row)


def section(page: str, title: str) -> str:
    return page.partition(f"<h2>{title}</h2>")[2].partition("<h2>")[0]


def test_the_page_holds_tables_matrix_curves_and_mistakes(monkeypatch: pytest.MonkeyPatch):
    found = report(monkeypatch)
    page = html(found)
    assert "src=" not in page and "<script" not in page and "http" not in page
    assert cells(section(page, "Intents"), "order_status") == ["order_status", "3", "66.7%", "100.0%", "0.800"]
    assert cells(section(page, "Slots"), "order_id") == ["order_id", "2", "50.0%", "100.0%", "0.667"]
    assert cells(section(page, "Kinds of messages"), "typo") == ["typo", "6", "66.7%"]

    matrix = section(page, "Taken for another")
    assert re.findall(r"<th>(\w+)", matrix.partition("<tbody>")[0]) == ["greeting", "invoice", "order_status"]
    assert cells(matrix, "greeting") == ["1", "", ""]
    assert cells(matrix, "invoice") == ["1", "", ""]
    assert cells(matrix, "order_status") == ["1", "", "2"]

    reliability, risk = re.findall(r"<svg.*?</svg>", page)
    assert reliability.count("<circle") == len(found["details"]["all"]["reliability"]) == 6
    assert "class=ideal" in reliability and "class=limit" in risk
    assert len(re.search(r"points='([^']*)'", risk)[1].split()) == 6
    assert found["details"]["all"]["risk_coverage"][-2][:2] == [pytest.approx(5 / 6), pytest.approx(3 / 5)]

    worst = section(page, "Worst mistakes")
    assert re.findall(r"<td class=text>([^<]*)", worst) == ["has &lt;b&gt;it&lt;/b&gt; left", "hi, my bill?"]
    assert "<td>order_status<td>greeting<td>0.850" in worst


# --- the peer --------------------------------------------------------------------------------------------------------


EXAMPLES = [
    Example(((text, ""),), (intent,), language) for text, intent, language in (
        ("where is it", "order_status", "en"), ("track my parcel", "order_status", "en"), ("hello", "greeting", "en"),
        ("hi there", "greeting", "en"), ("tell a joke", "oos", "en"), ("sing a song", "oos", "en"),
        ("到哪了", "order_status", "zh"), ("你好", "greeting", "zh"), ("讲笑话", "oos", "zh"),
    )
]  # fmt: skip


def test_the_peer_is_taught_our_utterances_but_those_of_the_test(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("sklearn")
    monkeypatch.setattr(peers, "read_corpus", lambda: EXAMPLES)
    rows = [message("track my parcel now", "order_status"), message("hello", "greeting"), message("a joke", "oos")]
    [found] = peers.shop_peer(rows).values()
    assert found["en"]["intent_accuracy"]["value"] >= 2 / 3 and found["en"]["oos_auroc"] == 1.0


class Sure:
    """A fitted peer that holds everything to be its first label."""

    def __init__(self, texts: list[str], labels: list[str]) -> None:
        self.texts, self.classes_ = texts, np.array(sorted(set(labels)))

    def predict_proba(self, texts: list[str]) -> Any:
        return np.eye(len(self.classes_))[[0] * len(texts)]


def test_the_peer_is_scored_within_the_accept_sets_by_language(monkeypatch: pytest.MonkeyPatch):
    fitted: list[Sure] = []
    monkeypatch.setattr(peers, "read_corpus", lambda: EXAMPLES)
    monkeypatch.setattr(peers, "_fitted", lambda texts, labels: fitted.append(Sure(texts, labels)) or fitted[-1])
    rows = [message("Hello!", "greeting"), replace(message("any news", "order_status"), accept=frozenset({"greeting"})),
            message("what now", "order_status"), replace(message("你好呀", "greeting"), language="zh")]  # fmt: skip
    [found] = peers.shop_peer(rows).values()
    assert found["en"]["intent_accuracy"]["value"] == pytest.approx(2 / 3)
    assert found["zh"]["intent_accuracy"]["value"] == 1.0
    assert found["en"]["oos_auroc"] is None  # nothing out of scope here
    assert "hello" not in fitted[0].texts and "hi there" in fitted[0].texts
    json.dumps(found, allow_nan=False)


def test_without_its_library_the_peer_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    def missing(*_: object) -> None:
        raise ImportError

    monkeypatch.setattr(peers, "read_corpus", lambda: EXAMPLES)
    monkeypatch.setattr(peers, "_fitted", missing)
    assert peers.shop_peer([message("hello", "greeting")]) == peers.peer(EXAMPLES, EXAMPLES) == peers.MISSING
