"""What the tests found, for people and for programs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from voicebot.dialogue.flowset import FlowSet
from voicebot.dialogue.testing.cases import Written
from voicebot.dialogue.testing.coverage import Coverage
from voicebot.dialogue.testing.play import Played


@dataclass(frozen=True, slots=True)
class Result:
    written: Written
    played: Played
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.played.failures

    @property
    def failures(self) -> list[str]:
        """`FILE:LINE: what`, a line each."""
        return [f"{self.written.file}:{self.written.line(f.turn)}: {f.what}" for f in self.played.failures]

    @property
    def talk(self) -> str:
        """The conversation, a line a turn."""
        return "\n".join(f"    {who}: {what}" for who, what in self.played.talk)


def summary(results: Sequence[Result], coverage: Coverage, flows: FlowSet) -> dict[str, int | float]:
    """`passed`, `failed`, and the shares of steps and branches that were taken, in percent."""
    passed = sum(result.passed for result in results)
    return {
        "passed": passed,
        "failed": len(results) - passed,
        "step_coverage": coverage.step_share(flows),
        "branch_coverage": coverage.branch_share(flows),
    }


def junit(results: Sequence[Result]) -> str:
    """JUnit's XML: one suite a file, one case a test."""
    top = ElementTree.Element("testsuites", name="voicebot flow test")
    for file in dict.fromkeys(result.written.file for result in results):
        own = [result for result in results if result.written.file == file]
        suite = ElementTree.SubElement(
            top,
            "testsuite",
            name=file,
            tests=str(len(own)),
            failures=str(sum(not result.passed for result in own)),
            time=f"{sum(result.seconds for result in own):.3f}",
        )
        for result in own:
            case = ElementTree.SubElement(
                suite, "testcase", classname=file, name=result.written.case.test, time=f"{result.seconds:.3f}"
            )
            if not result.passed:
                failure = ElementTree.SubElement(case, "failure", message=result.played.failures[0].what)
                failure.text = "\n".join([*result.failures, result.talk])
    return ElementTree.tostring(top, encoding="unicode", xml_declaration=True)
