"""The walls of the house: imports point one way, modules stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "voicebot"

#: Floors, top to bottom. A room imports only from floors below its own, and from itself.
FLOORS = (
    ("cli",),
    ("server",),
    ("config",),
    ("transports", "console", "caller"),
    ("call",),
    ("versions",),
    ("listening", "speaking", "dialogue", "handoff"),
    ("policy", "oms"),
    ("messages",),
    ("identifiers",),
    ("records",),
    ("looplag",),
    ("weights", "logs", "heap", "percentile", "checks", "webhooks"),
    ("errors",),
)
PURE = ("dialogue", "policy", "identifiers")
IO = {"asyncio", "socket", "httpx", "sqlalchemy", "sqlite3", "subprocess", "threading", "time", "random", "aiohttp"}
#: The shells of pure rooms: they have a thread of their own for the language model, or ask one over HTTP.
SHELLS = {"interpreter", "remote"}

#: Where code is that is not shipped.
OTHERS = ("tests", "benchmarks", "audio_fixtures")
MODULES = sorted(PACKAGE.rglob("*.py"))
EVERYTHING = sorted(p for folder in (PACKAGE, *(ROOT / name for name in OTHERS)) for p in folder.rglob("*.py"))


def floor_of(room: str) -> int:
    return next(i for i, rooms in enumerate(FLOORS) if room in rooms)


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            if node.module == "voicebot":
                found |= {f"voicebot.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_downwards(path: Path) -> None:
    room = room_of(path)
    if room in {"__init__", "__main__"}:
        return
    own = floor_of(room)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "voicebot" or len(parts) < 2 or parts[1] in {room, "__version__"}:
            continue
        assert floor_of(parts[1]) > own, f"{path.name} of {room} imports {name}: not below it"


@pytest.mark.parametrize("path", EVERYTHING, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", [p for p in MODULES if room_of(p) in PURE], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_pure_rooms_do_no_io(path: Path) -> None:
    if path.stem in SHELLS:
        return
    roots = {name.split(".")[0] for name in imports(path)}
    assert not roots & IO, f"{path.name} imports {sorted(roots & IO)}"


def test_every_room_stands_on_a_floor() -> None:
    rooms = {room_of(p) for p in MODULES} - {"__init__", "__main__"}
    assert rooms <= {room for rooms_ in FLOORS for room in rooms_}


Function = ast.FunctionDef | ast.AsyncFunctionDef


def stories(around: ast.AST) -> Iterator[Function]:
    """Functions that are defined in a function; methods are not among them."""
    for node in ast.iter_child_nodes(around):
        if isinstance(node, Function) and not node.decorator_list:
            yield node
        if not isinstance(node, ast.ClassDef):
            yield from stories(node)


def untold(source: str) -> list[str]:
    """Of every function at the top: what it defines, and never names."""
    tops = [node for node in ast.parse(source).body if isinstance(node, Function)]
    named = {top.name: {node.id for node in ast.walk(top) if isinstance(node, ast.Name)} for top in tops}
    return [story.name for top in tops for story in stories(top) if story.name not in named[top.name]]


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("test_*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_story_of_a_test_is_played(path: Path) -> None:
    """A test that defines what happens, and does not have it happen, passes whatever it says."""
    assert untold(path.read_text("utf-8")) == []


def test_a_story_that_nobody_plays_is_noticed() -> None:
    source = "def test_a():\n    async def story():\n        assert False\n{}"
    assert untold(source.format("")) == ["story"]
    assert untold(source.format("    jumping(story)\n")) == []
