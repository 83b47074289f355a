"""A flow as an SVG picture, for those who have no Mermaid: steps in layers by their distance from the first. Pure."""

from __future__ import annotations

import textwrap
from collections import deque
from xml.sax.saxutils import escape, quoteattr

from voicebot.dialogue import schema
from voicebot.dialogue.graph import DONE_ID, Edge, edges, node_id, shown

_WIDTH, _HEIGHT, _APART, _BETWEEN, _MARGIN = 230, 62, 30, 70, 20
_LINE, _LINES, _LABEL = 34, 3, 30
_FILL = {
    "say": "#e8f1fb", "ask": "#fff3d6", "query": "#e7f6ea", "branch": "#f3f3f3", "decide": "#f1e8fb",
    "plan": "#fde9dc", "commit": "#f9d2cf", "verify": "#fde9dc", "handoff": "#dff3f5", "end": "#dddddd",
}  # fmt: skip
_STYLE = (
    "text{font:11px sans-serif;fill:#222}.id{font-weight:bold}.way{fill:none;stroke:#888;stroke-width:1.2}"
    ".when{font-size:10px;fill:#555}"
)


def svg(flow: schema.Flow, language: str = "en") -> str:
    """One flow as a stand-alone SVG document.

    Args:
        language: of the wordings shown; a flow that lacks it shows another one.
    """
    ways = list(dict.fromkeys(edges(flow)))
    names = [node_id(step.id) for step in flow.steps]
    if any(way.target == DONE_ID for way in ways):
        names.append(DONE_ID)
    places = _places(names, ways)
    width = max(x for x, _ in places.values()) + _WIDTH + _MARGIN
    height = max(y for _, y in places.values()) + _HEIGHT + _MARGIN
    drawn = [_way(way, places) for way in ways if way.source in places and way.target in places]
    drawn += [_box(step, places[node_id(step.id)], language) for step in flow.steps]
    if DONE_ID in places:
        x, y = places[DONE_ID]
        centre = f'cx="{x + _WIDTH // 2}" cy="{y + _HEIGHT // 2}"'
        drawn.append(f'<circle {centre} r="24" fill="#ddd" stroke="#888"/>{_text(x, y + 34, "done", "id")}')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    arrow = (
        '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#888"/></marker>'
    )
    body = "\n".join(drawn)
    return f"{head}<title>{escape(flow.name)}</title><style>{_STYLE}</style><defs>{arrow}</defs>\n{body}\n</svg>\n"


def _places(names: list[str], ways: list[Edge]) -> dict[str, tuple[int, int]]:
    """Upper left corner of every node; the end, and what nothing leads to, stand below the rest."""
    onward: dict[str, list[str]] = {name: [] for name in names}
    for way in ways:
        if way.source in onward and way.target in onward:
            onward[way.source].append(way.target)
    layer = {names[0]: 0}
    todo = deque([names[0]])
    while todo:
        here = todo.popleft()
        for target in onward[here]:
            if target not in layer:
                layer[target] = layer[here] + 1
                todo.append(target)
    layer.pop(DONE_ID, None)
    last = max(layer.values()) + 1
    rows: dict[int, int] = {}
    places: dict[str, tuple[int, int]] = {}
    for name in names:
        row = layer.get(name, last)
        column = rows[row] = rows.get(row, -1) + 1
        places[name] = (_MARGIN + column * (_WIDTH + _APART), _MARGIN + row * (_HEIGHT + _BETWEEN))
    return places


def _box(step: schema.Step, place: tuple[int, int], language: str) -> str:
    x, y = place
    lines = textwrap.wrap(shown(step, language), _LINE)
    kept = [*lines[: _LINES - 1], lines[_LINES - 1] + "…"] if len(lines) > _LINES else lines
    box = f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="{_FILL.get(step.kind, "#fff")}"'
    texts = [_text(x, y + 14, step.id, "id"), *(_text(x, y + 29 + 13 * n, line) for n, line in enumerate(kept))]
    return f'<g><title>{escape(shown(step, language))}</title>{box} stroke="#888"/>{"".join(texts)}</g>'


def _way(way: Edge, places: dict[str, tuple[int, int]]) -> str:
    (x1, y1), (x2, y2) = places[way.source], places[way.target]
    down = y2 > y1
    x1, x2 = x1 + _WIDTH // 2, x2 + _WIDTH // 2
    y1, y2 = (y1 + _HEIGHT, y2) if down else (y1, y2 + _HEIGHT)
    bend = (y2 - y1) // 2 if down else -_BETWEEN // 2
    path = f"M{x1} {y1}C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"
    line = f'<path class="way" d={quoteattr(path)} marker-end="url(#tip)"/>'
    if not way.label:
        return line
    label = way.label if len(way.label) <= _LABEL else way.label[: _LABEL - 1] + "…"
    return line + _text((x1 + x2) // 2 - _WIDTH // 2, (y1 + y2) // 2, label, "when")


def _text(x: int, y: int, text: str, style: str = "") -> str:
    kind = f' class="{style}"' if style else ""
    return f'<text x="{x + _WIDTH // 2}" y="{y}" text-anchor="middle"{kind}>{escape(text)}</text>'
