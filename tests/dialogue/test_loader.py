"""Mistakes in flow files are told with code, place and remedy, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from stage import ROOT

from voicebot.dialogue.loader import LEXICON, load_flows, parse_flows, taxonomy
from voicebot.dialogue.problems import CODES, FlowError
from voicebot.policy.problems import Problem

SHIPPED = {
    str(f.relative_to(ROOT / "flows")): f.read_text("utf-8")
    for f in sorted((ROOT / "flows").rglob("*.yaml"))
    if f.name != LEXICON
}
GOOD = """\
flow: extra
triggers:
  invoice: [send me a bill]
slots:
  order_number: {type: order_number, on_change: again}
  sure: {type: yes_no}
steps:
  - id: again
    ask: order_number
    prompt: Which one?
    on: {deny: bye}
  - query: find_orders
    args: {number: order_number}
    into: extra_found
    filler: Let me see.
  - decide: late_delivery
    facts: {days_late: size(extra_found.orders)}
    into: extra_offer
  - branch:
      - {if: extra_offer.outcome.offer == 'nothing', next: bye}
      - {next: more}
  - id: more
    say: "Number {{ order_number | order_number }}."
  - ask: sure
    prompt: Sure?
  - id: bye
    say: [Fine., All right.]
"""


def problems(text: str, name: str = "extra.yaml") -> tuple[Problem, ...]:
    with pytest.raises(FlowError) as caught:
        parse_flows({**SHIPPED, name: text}, policies={"late_delivery"})
    return caught.value.problems


def test_the_shipped_flows_have_no_problem_and_a_version_of_their_content() -> None:
    flows = load_flows(ROOT / "flows", policies={"late_delivery"})
    assert len(flows.version) == 16
    assert flows.version == load_flows(ROOT / "flows").version
    assert parse_flows({**SHIPPED, "extra.yaml": GOOD}).version != flows.version
    assert flows.intents["delayed_order"] == "wismo"
    assert set(flows.intents) <= taxonomy()


MISTAKES = [
    # (replace, by, code, line, what, fix)
    ("flow: extra", "flow: [extra", "F001", 2, "", "brackets"),
    ("    prompt: Which one?", "    promt: Which one?", "F002", 10, "'promt'", "did you mean prompt?"),
    ("    prompt: Which one?\n", "", "F003", 8, "prompt is missing", "add prompt"),
    ("type: yes_no", "type: yesno", "F003", 6, "slots.sure.type", ""),
    ("  - ask: sure\n", "  - aks: sure\n", "F003", 25, "exactly one action", "did you mean ask?"),
    ("slots:\n", "slots:\n  sure: {type: text}\n", "F004", 7, "'sure'", "remove one"),
    ("id: more", "id: bye", "F004", 26, "'bye' is taken", ""),
    ("{next: more}", "{next: mroe}", "F005", 22, "'mroe'", "did you mean more?"),
    ("on_change: again", "on_change: agian", "F005", 5, "'agian'", "again"),
    ("    say: [Fine., All right.]", "    link: wismoo", "F006", 28, "'wismoo'", "did you mean wismo?"),
    ("ask: sure", "ask: shure", "F007", 25, "'shure'", "did you mean sure?"),
    ("size(extra_found.orders)", "size(extra_found.orders", "F008", 17, "", "CEL"),
    ("size(extra_found.orders)", "length(extra_found.orders)", "F008", 17, "no function 'length'", ""),
    ("extra_offer.outcome", "extra_ofer.outcome", "F009", 21, "'extra_ofer'", "did you mean extra_offer?"),
    ("{{ order_number | ", "{{ ordernumber | ", "F009", 24, "'ordernumber'", "order_number"),
    ("{{ order_number | order_number }}", "{{ order_number | oder }}", "F010", 24, "no kind 'oder'", ""),
    ("{{ order_number | order_number }}", "{{ size(x) }}", "F010", 24, "not a value", ""),
    ("    say: [Fine., All right.]", "    say: {de: Gut.}", "F011", 28, "missing in en", ""),
    ("invoice:", "wismo:", "F012", 3, "also starts", ""),
    ("invoice:", "invoices:", "F013", 3, "'invoices'", "did you mean invoice?"),
    ("{next: more}", "{next: bye}", "F014", 23, "'more'", ""),
    ("decide: late_delivery", "decide: late_deliveries", "F016", 16, "'late_deliveries'", "late_delivery"),
    ("      - {next: more}\n", "      - {if: true, next: more}\n", "F017", 22, "", "next"),
    ("    say: [Fine., All right.]", "    cancel: true", "F018", 27, "cancel", ""),
    ("filler: Let me see.", "filler: I have found it.", "F020", 15, "claims", "looking"),
    ("on: {deny: bye}", "on: {denied: bye}", "F021", 11, "'denied'", "did you mean deny?"),
    ("    say: [Fine., All right.]", "    call: extra", "F022", 1, "calls itself", ""),
    ("a bill]\n", 'a bill]\n  promo_code: ["Send me a bill!"]\n', "F023", 4, "an example of invoice", "remove"),
    ("slots:\n", "slots:\n  spare: {type: text}\n", "F024", 5, "'spare'", "remove it"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "line", "what", "fix"), MISTAKES)
def test_each_mistake_has_its_code_and_place(old: str, new: str, code: str, line: int, what: str, fix: str) -> None:
    assert old in GOOD
    found = [p for p in problems(GOOD.replace(old, new, 1)) if p.code == code]
    assert found, "not found"
    assert any(p.file == "extra.yaml" and abs(p.line - line) <= 1 and what in p.what and fix in p.fix for p in found), (
        found
    )


def test_missing_patterns_and_no_flows() -> None:
    with pytest.raises(FlowError) as caught:
        parse_flows({"a.yaml": GOOD})
    assert any(p.code == "F015" and "main" in p.what for p in caught.value.problems)


def test_a_folder_without_flows(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="F019"):
        load_flows(tmp_path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"flow: \xff\xfe")
    with pytest.raises(FlowError, match=r"a\.yaml:1: F001"):
        load_flows(tmp_path)


def test_all_mistakes_of_all_files_are_told_at_once() -> None:
    broken = GOOD.replace("ask: sure", "ask: shure").replace("{next: more}", "{next: mroe}")
    with pytest.raises(FlowError) as caught:
        parse_flows({**SHIPPED, "extra.yaml": broken, "other.yaml": "flow: [", "third.yaml": "steps: []"})
    files = {p.file for p in caught.value.problems}
    assert files == {"extra.yaml", "other.yaml", "third.yaml"}
    assert "extra.yaml:24: F007" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [*x]", "flow: a\nsteps: [&a {say: x}, *a]", "? [1]\n: 2", "<<: {a: 1}", "\x00", "- " * 80 + "x",
        "[" * 2000, "flow: {}", "42", "flow: a\nflow: b", "!!python/object:os.system {}",
    ],
)  # fmt: skip
def test_hostile_yaml_is_one_clear_error(text: str) -> None:
    assert all(p.code in ("F001", "F003", "F004") for p in problems(text) if p.file == "extra.yaml")


def test_an_empty_file_is_no_flow_and_no_error() -> None:
    assert parse_flows({**SHIPPED, "empty.yaml": "# nothing yet\n"})


def test_every_code_is_tried() -> None:
    assert {mistake[2] for mistake in MISTAKES} | {"F015", "F019"} == set(CODES)
