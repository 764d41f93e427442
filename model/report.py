"""The report of an evaluation as one self-contained HTML page: no script, nothing loaded from elsewhere."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from model.evaluate import shown

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --soft: #66717d; --line: #d8dee4; --back: #fff; --a: #2463c4;
  --b: #c4452f }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --soft: #98a3ae; --line: #38424d; --back: #14191f;
  --a: #7aabff; --b: #ff9076 } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); max-width: 62rem;
  margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.2rem } p.note { color: var(--soft); max-width: 46rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums } caption { text-align: left; color: var(--soft) }
th, td { padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top }
th:first-child, td:first-child, td.text { text-align: left } td.text { max-width: 34rem; overflow-wrap: anywhere }
td small { color: var(--soft) } .charts { display: flex; flex-wrap: wrap; gap: 2rem } .scroll { overflow-x: auto }
.matrix td, .matrix th { padding: .15rem .3rem; font-size: .75rem; text-align: center; border: 1px solid var(--line) }
.matrix th:first-child { text-align: right; white-space: nowrap } .matrix thead th { writing-mode: vertical-rl }
svg text { fill: var(--soft); font-size: 11px } svg .axis { stroke: var(--line) } svg .ideal { stroke: var(--soft);
  stroke-dasharray: 4 4 } svg .drawn { stroke: var(--a); fill: none; stroke-width: 2 } svg .dot { fill: var(--a) }
svg .limit { stroke: var(--b) }
"""
SIDE, EDGE = 300, 44  # of a chart, in pixels


def html(report: dict[str, Any], title: str = "What this model understands") -> str:
    """The page for a report of `model.evaluate.evaluate`."""
    groups, everyone = report["results"], report["details"]["all"]
    handled = groups["all"]["handled"]["value"]
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>Model <code>{escape(report['model'])}</code> on {groups['all']['messages']} messages "
        f"({escape(', '.join(report['files']))}). Acts from probability {report['threshold']:.3f} on: "
        f"{escape(report['promise'])}{_kept(report['promise_kept'])}. "
        f"At this threshold <b>{handled:.0%}</b> of these messages are handled without a "
        "person.</p>",
        "<h2>Figures</h2>", _figures(groups),
        "<h2>How far its confidence can be trusted</h2><div class=charts>",
        _reliability(everyone["reliability"]), _risk(everyone["risk_coverage"], report["max_error"]), "</div>",
        "<h2>Intents</h2>", _counts("intent", everyone["per_intent"]),
        "<h2>Taken for another</h2>", _matrix(everyone),
        "<h2>Slots</h2>", _counts("slot", everyone["per_slot"]),
    ]  # fmt: skip
    if everyone["per_tag"]:
        rows = [[escape(tag), count["labelled"], f"{count['right'] / count['labelled']:.1%}"]
                for tag, count in everyone["per_tag"].items()]  # fmt: skip
        parts += ["<h2>Kinds of messages</h2>", _table(("tag", "messages", "intent right"), rows)]
    worst = [[f"<td class=text>{escape(one['text'])}", one["wanted"], one["got"], f"{one['confidence']:.3f}"]
             for one in everyone["mistakes"]]  # fmt: skip
    parts += ["<h2>Worst mistakes</h2><p class=note>The ones it was surest of.</p>",
              _table(("message", "is", "taken for", "confidence"), worst)]  # fmt: skip
    return (f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            f"<title>{escape(title)}</title><style>{_STYLE}</style><body>{''.join(parts)}</body></html>\n")


def _kept(share: float | None) -> str:
    return "" if share is None else f" (kept in {share:.0%} of calibration sets drawn anew)"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    cells = "".join(
        f"<tr>{''.join(str(cell) if str(cell).startswith('<td') else f'<td>{cell}' for cell in row)}" for row in rows
    )
    return f"<div class=scroll><table><thead><tr>{''.join(f'<th>{name}' for name in head)}<tbody>{cells}</table></div>"


def _figures(groups: dict[str, Any]) -> str:
    rows = []
    for name in next(iter(groups.values())):
        cells = []
        for group in groups.values():
            value = group[name]
            cells.append(f"{shown(value['value'])} <small>{shown(value['low'])} – {shown(value['high'])}</small>"
                         if isinstance(value, dict) else shown(value))  # fmt: skip
        rows.append([escape(name.replace("_", " ")), *cells])
    return _table(("", *groups), rows) + "<p class=note>Small: 95 % intervals.</p>"


def _counts(what: str, counts: dict[str, dict[str, int]]) -> str:
    rows = []
    for name, count in sorted(counts.items(), key=lambda item: -item[1]["labelled"]):
        right, labelled, said = count["right"], count["labelled"], count["said"]
        f1 = 2 * right / (labelled + said) if labelled + said else 0.0
        rows.append([escape(name), labelled, f"{right / labelled:.1%}" if labelled else "–",
                     f"{right / said:.1%}" if said else "–", f"{f1:.3f}"])  # fmt: skip
    return _table((what, "labelled", "recall", "precision", "F1"), rows)


def _matrix(details: dict[str, Any]) -> str:
    """Rows and columns of the labels that are taken for one another; what is right stands on the diagonal."""
    pairs = {(wanted, top): count for wanted, top, count in details["confusion"]}
    names = [name for name in details["per_intent"] if any(name in pair for pair in pairs)]
    if not names:
        return "<p>None of them.</p>"
    most = max(pairs.values())
    lines = []
    for wanted in names:
        cells = []
        for top in names:
            count = details["per_intent"][wanted]["right"] if wanted == top else pairs.get((wanted, top), 0)
            shade = f" style='background:rgb(196 69 47 / {0.15 + 0.5 * count / most:.2f})'" if wanted != top else ""
            cells.append(f"<td{shade if count else ''}>{count or ''}")
        lines.append(f"<tr><th>{escape(wanted)}{''.join(cells)}")
    head = "".join(f"<th>{escape(name)}" for name in names)
    return (f"<div class=scroll><table class=matrix><caption>Rows: what it is. Columns: what it is taken for."
            f"<thead><tr><th>{head}<tbody>{''.join(lines)}</table></div>")


def _reliability(bins: Sequence[Sequence[float]]) -> str:
    points = [(said, true) for said, true, _ in bins]
    dots = "".join(f"<circle class=dot cx={_x(said):.1f} cy={_y(true):.1f} r=3></circle>" for said, true in points)
    ideal = f"<line class=ideal x1={_x(0)} y1={_y(0)} x2={_x(1)} y2={_y(1)}></line>"
    return _chart("Reliability: said (→) and true (↑)", ideal + _line(points) + dots)


def _risk(curve: Sequence[Sequence[float]], max_error: float) -> str:
    top = max(0.1, max_error * 1.5, max((risk for _, risk, _ in curve), default=0.0))
    points = [(coverage, risk / top) for coverage, risk, _ in curve]
    limit = f"<line class=limit x1={_x(0)} x2={_x(1)} y1={_y(max_error / top):.1f} y2={_y(max_error / top):.1f}></line>"
    return _chart("Risk (↑) by share handled (→)", limit + _line(points), f"{top:.0%}")


def _x(value: float) -> float:
    return EDGE + value * (SIDE - EDGE)


def _y(value: float) -> float:
    return SIDE - EDGE + 10 - value * (SIDE - EDGE)


def _line(points: Sequence[tuple[float, float]]) -> str:
    return f"<polyline class=drawn points='{' '.join(f'{_x(x):.1f},{_y(y):.1f}' for x, y in points)}'></polyline>"


def _chart(title: str, inside: str, top: str = "100%") -> str:
    axes = (f"<line class=axis x1={_x(0)} y1={_y(0)} x2={_x(1)} y2={_y(0)}></line>"
            f"<line class=axis x1={_x(0)} y1={_y(0)} x2={_x(0)} y2={_y(1)}></line>")  # fmt: skip
    marks = (f"<text x={EDGE - 6} y={_y(1) + 4} text-anchor=end>{top}</text>"
             f"<text x={EDGE - 6} y={_y(0) + 4} text-anchor=end>0</text>"
             f"<text x={_x(1)} y={_y(0) + 16} text-anchor=end>100%</text>")  # fmt: skip
    return (f"<figure><figcaption>{title}</figcaption><svg width={SIDE + 20} height={SIDE} role=img "
            f"aria-label='{title}'>{axes}{inside}{marks}</svg></figure>")  # fmt: skip
