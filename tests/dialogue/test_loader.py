"""Flow files: mistakes are told with code, place and remedy, all at once; nothing that a file may hold raises."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stage import ROOT, policies

from voicebot.dialogue.loader import (
    MAX_BYTES,
    MAX_TEXT,
    check_flows,
    check_folder,
    flow_files,
    load_flows,
    parse_flows,
    taxonomy,
)
from voicebot.dialogue.problems import FlowError
from voicebot.policy.problems import Problem

BASE = (Path(__file__).parent / "mistakes" / "base.yaml").read_text("utf-8")
GOOD = """\
flow: extra
triggers:
  invoice: [send me a bill]
slots:
  number: {type: order_number, on_change: again}
  sure: {type: yes_no}
steps:
  - id: again
    ask: number
    prompt: Which one?
    again: ["Please tell me the number, digit by digit."]
    on: {deny: bye, unsure: bye}
  - query: find_orders
    args: {number: number}
    into: extra_found
    filler: Let me see.
  - decide: late_delivery
    facts: {days_late: size(extra_found.orders)}
    into: extra_offer
  - branch:
      - {if: extra_offer.outcome.offer == 'nothing', next: bye}
      - {next: more}
  - id: more
    say: "Number {{ number | order_number }}."
  - ask: sure
    prompt: Sure?
    again: [Please say yes or no.]
    on: {deny: bye}
  - id: bye
    say: [Fine., All right.]
"""
LAST_LINE = len(GOOD.splitlines())


def problems(text: str, name: str = "extra.yaml") -> tuple[Problem, ...]:
    with pytest.raises(FlowError) as caught:
        parse_flows({"base.yaml": BASE, name: text}, policies={"late_delivery"})
    return caught.value.problems


def test_the_shipped_flows_have_a_version_of_their_content() -> None:
    flows = load_flows(ROOT / "flows", policies=policies().policies)
    assert len(flows.version) == 16
    assert flows.version == load_flows(ROOT / "flows").version
    assert flows.intents["delayed_order"] == "wismo"
    assert set(flows.intents) <= taxonomy()


def test_other_content_is_another_version() -> None:
    assert parse_flows({"a.yaml": BASE}).version != parse_flows({"a.yaml": BASE, "b.yaml": GOOD}).version


MISTAKES = [
    # (replace, by, code, line, what, fix)
    ("flow: extra", "flow: [extra", "F001", 2, "", "brackets"),
    ("  - id: again", "\t- id: again", "F001", 8, "'\\t'", "spaces"),
    ("    prompt: Which one?", "    promt: Which one?", "F002", 10, "'promt'", "did you mean prompt?"),
    ("    prompt: Which one?\n", "", "F003", 8, "prompt is missing", "add prompt"),
    ("type: yes_no", "type: yesno", "F003", 6, "slots.sure.type", ""),
    ("  - ask: sure\n", "  - aks: sure\n", "F003", 25, "exactly one action", "did you mean ask?"),
    ("slots:\n", "slots:\n  sure: {type: text}\n", "F004", 7, "'sure'", "remove one"),
    ("{next: more}", "{next: mroe}", "F005", 22, "'mroe'", "did you mean more?"),
    ("on_change: again", "on_change: agian", "F005", 5, "'agian'", "again"),
    ("    say: [Fine., All right.]", "    link: extraa", "F006", LAST_LINE, "'extraa'", "did you mean extra?"),
    ("ask: sure", "ask: shure", "F007", 25, "'shure'", "did you mean sure?"),
    ("size(extra_found.orders)", "size(extra_found.orders", "F008", 18, "", "CEL"),
    ("size(extra_found.orders)", "length(extra_found.orders)", "F008", 18, "no function 'length'", ""),
    ("{{ number | ", "{{ numbr | ", "F009", 24, "'numbr'", "did you mean number?"),
    ("{{ number | order_number }}", "{{ size(x) }}", "F010", 24, "not a value", ""),
    ("invoice:", "invoices:", "F013", 3, "'invoices'", "did you mean invoice?"),
    ("on: {deny: bye}", "on: {denied: bye}", "F021", 28, "'denied'", "did you mean deny?"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "what", "fix"), MISTAKES)
def test_a_mistake_is_told_with_its_place_and_what_was_meant(
    old: str, new: str, code: str, line: int, what: str, fix: str
) -> None:
    assert old in GOOD
    found = [p for p in problems(GOOD.replace(old, new, 1)) if p.code == code]
    assert any(p.file == "extra.yaml" and p.line == line and what in p.what and fix in p.fix for p in found), found


def test_warnings_do_not_stop_the_server() -> None:
    text = GOOD.replace('    again: ["Please tell me the number, digit by digit."]\n', "")
    checked = check_flows({"base.yaml": BASE, "extra.yaml": text})
    assert checked.flows is not None
    assert [(p.code, p.line) for p in checked.warnings] == [("F035", 9)]
    assert parse_flows({"base.yaml": BASE, "extra.yaml": text}).version == checked.flows.version


def test_missing_patterns() -> None:
    with pytest.raises(FlowError) as caught:
        parse_flows({"a.yaml": GOOD})
    found = [p.what for p in caught.value.problems if p.code == "F015"]
    assert any("'main'" in what for what in found)
    assert any("human_agent" in what for what in found)


def test_a_step_that_needs_a_pattern_names_it() -> None:
    base = "\n---\n".join(part for part in BASE.split("\n---\n") if "pattern: unverified" not in part)
    checked = check_flows({"base.yaml": base, "extra.yaml": "flow: extra\nsteps:\n  - verify: 2\n"})
    assert [(p.line, p.code) for p in checked.mistakes if "unverified" in p.what] == [(3, "F015")]


def test_a_folder_without_flows(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="F019"):
        load_flows(tmp_path)
    with pytest.raises(FlowError, match="F019"):
        load_flows(tmp_path / "not_there")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"flow: \xff\xfe")
    with pytest.raises(FlowError, match=r"a\.yaml:1: F001"):
        load_flows(tmp_path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + BASE.encode())
    assert load_flows(tmp_path).flows


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE, "utf-8")
    (tmp_path / "huge.yaml").write_text("#" * (MAX_BYTES + 1), "utf-8")
    assert [(p.file, p.code) for p in check_folder(tmp_path).mistakes] == [("huge.yaml", "F001")]


def test_a_folder_that_is_called_like_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE, "utf-8")
    (tmp_path / "folder.yaml").mkdir()
    assert [(p.file, p.code) for p in check_folder(tmp_path).mistakes] == [("folder.yaml", "F001")]


def test_tests_of_flows_and_the_lexicon_are_no_flows(tmp_path: Path) -> None:
    for name in ("base.yaml", "lexicon.yaml", "tests/one.yaml", "tests/deeper/two.yaml", "more/tests.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("test: one\n", "utf-8")
    assert [file.relative_to(tmp_path).as_posix() for file in flow_files(tmp_path)] == ["base.yaml", "more/tests.yaml"]


def test_all_mistakes_of_all_files_are_told_at_once() -> None:
    broken = GOOD.replace("ask: sure", "ask: shure").replace("{next: more}", "{next: mroe}")
    with pytest.raises(FlowError) as caught:
        parse_flows({"base.yaml": BASE, "extra.yaml": broken, "other.yaml": "flow: [", "third.yaml": "steps: []"})
    assert {p.file for p in caught.value.problems} == {"extra.yaml", "other.yaml", "third.yaml"}
    assert "extra.yaml:25: F007" in str(caught.value)


_LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{c}: &{c} [*{p}, *{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [*x]", "flow: a\nsteps: [&a {say: x}, *a]", "a: &a {b: *a}", _LAUGHS, "? [1]\n: 2", "<<: {a: 1}",
        "\x00", "flow: \ud800", "- " * 80 + "x", "[" * 2000, "{a: " * 3000, "a: " + "9" * 6000, "flow: {}", "42",
        "flow: a\nflow: b", "!!python/object:os.system {}", "shop: {name: Another Shop}", "shop: [a, b]",
        "flow: a\nshop: {}", "flow: [a]\nsteps: [{say: x}]", "flow: 7\nsteps: [{say: x}]", "flow: a\nsteps: {say: x}",
        "flow: a\nsteps: [x, [y], 3, null]", "flow: a\ntriggers: [x]\nsteps: [{say: x}]",
        "flow: a\nsteps: [{say: null}]", "flow: a\nsteps: [{say: []}]", "flow: a\nsteps: [{say: {en: {de: x}}}]",
        "flow: a\nsteps: [{ask: [x], prompt: x}]", "flow: a\nsteps: [{branch: {next: done}}]",
        "flow: a\nsteps: [{set: [x]}]", "flow: a\nsteps: [{if: [x], say: x}]",
        "flow: a\nslots: {b: 7}\nsteps: [{say: x}]",
        f"flow: a\nsteps: [{{say: '{'x' * (MAX_TEXT + 1)}'}}]", f"flow: a\nsteps: [{{if: '{'(' * 99999}', say: x}}]",
        "flow: a\u200b\nsteps: [{say: x}]", "flow: a\nsteps: [{say: x, next: 7}]", "x" * 600_000,
    ],
    ids=lambda text: repr(text[:40]),
)  # fmt: skip
def test_hostile_files_are_clear_mistakes(text: str) -> None:
    found = [p for p in problems(text) if p.file == "extra.yaml"]
    assert found
    assert all(p.code in ("F001", "F003", "F004", "F007", "F008", "F010") for p in found), found
    assert all(len(str(p)) < 1000 for p in found)


def test_what_a_broken_file_would_have_held_is_not_missed() -> None:
    text = GOOD.replace("    say: [Fine., All right.]", "    call: elsewhere")
    checked = check_flows(
        {"base.yaml": BASE, "extra.yaml": text, "elsewhere.yaml": "flow: elsewhere\nsteps: [{sya: x}]"}
    )
    assert [(p.file, p.code) for p in checked.mistakes] == [("elsewhere.yaml", "F003")]


def test_an_empty_file_is_no_flow_and_no_error() -> None:
    for text in ("# nothing yet\n", "", "---\n---\n", "null"):
        assert parse_flows({"base.yaml": BASE, "empty.yaml": text})


def _places(data: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [place, *(deeper for key, value in items for deeper in _places(value, (*place, key)))]


def _at(data: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        data = data[key]
    return data


FLOW: Any = yaml.safe_load(GOOD.replace("on:", "'on':"))
FLOW["steps"][2]["facts"] |= {"state": "'delayed'", "order_value": "1.0", "has_new_date": "true"}
PLACES = _places(FLOW)[1:]
#: What stands under the same key elsewhere: the flow stays well formed, and may come to mean nothing.
ALIKE = [(a, _at(FLOW, b), "put") for a in PLACES for b in PLACES if a != b and a[-1] == b[-1]]
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 99), st.floats(allow_nan=False), st.text(max_size=6), st.just([]),
    st.sampled_from([
        "done", "again", "sure", "{{", "{{ number }}", "size(", "null", {"en": "x"}, {"if": "true", "next": "again"},
        [{"say": "x"}, {"commit": "y", "into": "z"}], {"plan": "cancel", "into": "z"}, {"link": "extra"},
        {"call": "extra"}, {"verify": "2"}, {"ask": "sure", "prompt": "x", "confirms": "z"}, {"next": "again"},
        {"wait": {}}, {"instead": True},
    ]),
)  # fmt: skip


CHANGE = st.tuples(st.sampled_from(PLACES), VALUES, st.sampled_from(["put", "drop", "twice"])) | st.sampled_from(ALIKE)


def test_the_flow_that_is_changed_is_good_and_a_change_may_leave_it_well_formed() -> None:
    """Otherwise the test below would look at nothing but the form."""

    def found(flow: Any) -> set[str]:
        checked = check_flows({"base.yaml": BASE, "extra.yaml": yaml.safe_dump(flow)}, policies=policies().policies)
        return {problem.code for problem in (*checked.mistakes, *checked.warnings)}

    assert found(FLOW) == set()
    told = set()
    for place, value, _ in ALIKE:
        flow = copy.deepcopy(FLOW)
        _at(flow, place[:-1])[place[-1]] = copy.deepcopy(value)
        told |= found(flow)
    assert len(told - {"F001", "F002", "F003"}) >= 10, told


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CHANGE, max_size=4))
def test_no_change_of_a_flow_raises(changes: list[tuple[tuple[Any, ...], Any, str]]) -> None:
    flow = copy.deepcopy(FLOW)
    for place, value, how in changes:
        try:
            around = _at(flow, place[:-1])
            if how == "put":
                around[place[-1]] = copy.deepcopy(value)
            elif how == "drop":
                del around[place[-1]]
            else:
                around.append(copy.deepcopy(around[place[-1]]))
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier change took the place away
    checked = check_flows({"base.yaml": BASE, "extra.yaml": yaml.safe_dump(flow)}, policies=policies().policies)
    assert (checked.flows is None) == bool(checked.mistakes)
