from __future__ import annotations

from typing import Any

from voicebot.dialogue.rerun.compare import classify, differences
from voicebot.dialogue.rerun.course import Standing
from voicebot.dialogue.rerun.outcome import OtherCourse, Rerun, Unanswered, Visit
from voicebot.records.projections.steps import Step


def say(text: str, number: int = 1, role: str = "answer") -> dict[str, Any]:
    return {"kind": "say", "utterance": f"u{number}", "wording": [{"kind": "text", "value": text}], "role": role}


def at(step: str, *effects: dict[str, Any], turn: int = 1) -> Step:
    return Step(turn=turn, input={}, effects=effects, flow="wismo", step=step)


def run(old: list[Step], new: list[Step], stopped: Any = None, paths: Any = (None, ())) -> Rerun:
    return Rerun(
        old=tuple(old), new=tuple(new), stopped=stopped, old_path=paths[0], new_path=paths[1], anew=(), decisions=()
    )


def whats(one: Rerun) -> list[str]:
    return [difference.what for difference in differences(one)]


def test_numbers_are_not_a_difference() -> None:
    assert whats(run([at("a", say("Hi.", 1))], [at("a", say("Hi.", 7))])) == []


def test_words_effects_and_path_are_told_apart() -> None:
    assert whats(run([at("a", say("Hi."))], [at("a", say("Hello."))])) == ["wording"]
    assert whats(run([at("a", say("Hi."))], [at("a", say("Hi.", role="ask"))])) == ["effects"]
    assert whats(run([at("a", say("Hi."))], [at("b", say("Hi."))])) == ["path"]


def test_how_a_value_is_spoken_is_wording() -> None:
    spelt = {**say("Hi."), "wording": [{"kind": "digits", "value": "Hi."}]}
    assert whats(run([at("a", say("Hi."))], [at("a", spelt)])) == ["wording"]


def test_one_that_goes_on_is_different_from_one_that_ends() -> None:
    longer = run([at("a", say("Hi."))], [at("a", say("Hi.")), at("b", say("There."), turn=2)])
    assert whats(longer) == ["path", "effects", "wording"]
    assert [one.turn for one in differences(longer)] == [2, 2, 2]
    assert differences(longer)[0].old is None


def test_what_was_not_run_to_its_end_is_compared_so_far() -> None:
    stopped = Unanswered(turn=1, why="no answer")
    cut = run([at("a", say("Hi.")), at("b", say("There."))], [at("a", say("Hi."))], stopped)
    assert whats(cut) == []
    assert classify(cut, differences(cut)) == "unanswered"
    course = OtherCourse(turn=2, old=Standing(), new=Standing())
    changed = run([at("a", say("Hi."))], [at("a", say("Hello."))], course)
    assert whats(changed) == ["wording"]
    assert classify(changed, differences(changed)) == "course"


def test_where_the_visited_steps_are_known_they_are_the_path() -> None:
    old, new = (Visit(1, "wismo", "x"), Visit(1, "wismo", "a")), (Visit(1, "wismo", "y"), Visit(1, "wismo", "a"))
    same_rest = [at("a", say("Hi."))]
    assert whats(run(same_rest, same_rest, paths=(old, new))) == ["path"]
    assert whats(run(same_rest, same_rest, paths=(old, old))) == []
    assert whats(run(same_rest, same_rest, paths=(None, new))) == []


def test_a_numbered_step_is_its_action_and_a_named_one_its_name() -> None:
    def of(step: str) -> tuple[Visit, ...]:
        return (Visit(1, "wismo", step),)

    assert whats(run([], [], paths=(of("say_1"), of("say_2")))) == []
    assert whats(run([], [], paths=(of("say_1"), of("ask_1")))) == ["path"]
    assert whats(run([], [], paths=(of("attempt_1"), of("attempt_2")))) == ["path"]


def test_the_gravest_difference_gives_the_class() -> None:
    both = run([at("a", say("Hi."))], [at("b", say("Hello."))])
    assert classify(both, differences(both)) == "path"
    assert classify(run([], []), ()) == "same"
