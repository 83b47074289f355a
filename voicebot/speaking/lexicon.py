"""How brand and product names are said: a YAML file that the shop keeps beside its flows.

    lexicon: en
    words:
      Hermès: air mess
      H&M: aitch and em
      IKEA: {ipa: aɪˈkiːə}

A name is met wherever it stands as a whole word; one in capitals only as written, any other in any case. The longest
name wins. A spelling works with every voice; sounds (IPA) are for voices that are fed with them, as Piper's are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from voicebot.policy import documents
from voicebot.policy.problems import FileError, Problem

#: What the file is called when no setting says otherwise.
FILE = "lexicon.yaml"
#: One rule, one code.
CODES: Mapping[str, str] = {
    "L001": "the file is not YAML",
    "L002": "unknown key",
    "L003": "missing or wrong value",
    "L004": "a name stands there twice",
    "L005": "a sound that the voice does not have",
}
_MOST_CHARACTERS = 80
_NOT_SAID = re.compile(r"[\[\]<>{}\n]")


class LexiconError(FileError):
    """The lexicon cannot be used."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name and how it is said: `say` is a spelling, `ipa` its sounds; one of them is set.

    Attributes:
        line: where it stands in the file.
    """

    written: str
    say: str = ""
    ipa: str = ""
    line: int = 1

    @property
    def key(self) -> str:
        return self.written if _shouted(self.written) else self.written.casefold()


@dataclass(frozen=True)
class Lexicon:
    """The names of one language."""

    names: tuple[Name, ...] = ()
    file: str = FILE

    @property
    def fingerprint(self) -> str:
        """Changes with the sounds; spellings are part of the text that a voice is given."""
        sounds = repr([(name.key, name.ipa) for name in self.names if name.ipa])
        return hashlib.sha256(sounds.encode()).hexdigest()

    def find(self, text: str) -> Iterator[tuple[int, int, Name]]:
        """Where names stand in a text: start, end, name."""
        if self.names:
            for match in self._pattern.finditer(text):
                yield match.start(), match.end(), self._name(match.group())

    def phonetic(self, text: str) -> str:
        """A text for a voice that takes `[[sounds]]`; brackets that were in it already are gone."""
        text = text.replace("[", " ").replace("]", " ")
        if not any(name.ipa for name in self.names):
            return text
        return self._pattern.sub(self._sounds, text)

    def check(self, sounds: Collection[str]) -> None:
        """Whether a voice has all the sounds that are asked of it.

        Raises:
            LexiconError: with every sound that it lacks.
        """
        problems = [
            Problem(self.file, name.line, "L005", f"the voice has no sound {char!r} ({name.written})", "use another")
            for name in self.names
            for char in dict.fromkeys(name.ipa)
            if char not in sounds
        ]
        if problems:
            raise LexiconError(problems)

    def _sounds(self, match: re.Match[str]) -> str:
        ipa = self._name(match.group()).ipa
        return f"[[{ipa}]]" if ipa else match.group()

    def _name(self, written: str) -> Name:
        return self._by_key.get(written) or self._by_key[written.casefold()]

    @cached_property
    def _by_key(self) -> Mapping[str, Name]:
        return {name.key: name for name in self.names}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.names, key=lambda name: -len(name.written))
        arms = [
            re.escape(name.written) if _shouted(name.written) else f"(?i:{re.escape(name.written)})"
            for name in longest_first
        ]
        return re.compile(rf"(?<!\w)(?:{'|'.join(arms)})(?!\w)")


#: Names are said as they are written.
EMPTY = Lexicon()


def load_lexicon(path: Path, code: str, *, required: bool = False) -> Lexicon:
    """The names of a language (BCP 47), or of its language without the region.

    Args:
        required: a file that is not there is a mistake; otherwise there are no names then.

    Raises:
        LexiconError: with every mistake in the file.
    """
    if not required and not path.exists():
        return EMPTY
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(str(path), 1, "L001", f"cannot be read: {type(error).__name__}", "save it as UTF-8 text")
        raise LexiconError([problem]) from None
    return parse_lexicon(text, code, file=str(path))


def parse_lexicon(text: str, code: str, *, file: str = FILE) -> Lexicon:
    """See `load_lexicon`. Documents of other languages are checked as well.

    Raises:
        LexiconError: with every mistake.
    """
    try:
        found = documents.read(text)
    except documents.DocumentError as error:
        raise LexiconError(
            [Problem(file, error.line, "L004" if error.twice else "L001", error.what, error.fix)]
        ) from None
    problems: list[Problem] = []
    by_language: dict[str, tuple[Name, ...]] = {}
    for document in found:
        language = _language(document, file, problems)
        by_language[language] = (*by_language.get(language, ()), *_names(document, file, problems))
    for names in by_language.values():
        problems += _twice(names, file)
    if problems:
        raise LexiconError(problems)
    tag = code.replace("_", "-").lower()
    wanted = by_language.get(tag, ()) if tag in by_language else by_language.get(tag.split("-")[0], ())
    return Lexicon(wanted, file)


def _language(document: documents.Document, file: str, problems: list[Problem]) -> str:
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("lexicon"), str):
        fix = "begin it with lexicon: and a language, such as en"
        problems.append(Problem(file, document.line(()), "L003", "the document is not a lexicon", fix))
        return ""
    problems += [
        Problem(file, document.line((key,)), "L002", f"unknown key {key!r}", "only lexicon and words are known")
        for key in data
        if key not in ("lexicon", "words")
    ]
    return str(data["lexicon"]).replace("_", "-").lower()


def _names(document: documents.Document, file: str, problems: list[Problem]) -> Iterator[Name]:
    words = document.data.get("words") if isinstance(document.data, dict) else None
    if not isinstance(words, dict):
        fix = "add words: with a line for each name"
        problems.append(Problem(file, document.line(("words",)), "L003", "there are no words", fix))
        return
    for written, said in words.items():
        line = document.line(("words", written))
        wrong = _wrong(written, said)
        if wrong:
            problems.append(Problem(file, line, *wrong))
        elif isinstance(said, str):
            yield Name(written, say=" ".join(said.split()), line=line)
        else:
            yield Name(written, ipa=said["ipa"].strip(), line=line)


def _wrong(written: str, said: Any) -> tuple[str, str, str] | None:
    """Code, mistake and how to mend it."""
    if not any(char.isalnum() for char in written) or len(written) > _MOST_CHARACTERS:
        return "L003", f"{written[:20]!r} is no name", f"write one of letters, {_MOST_CHARACTERS} at most"
    if isinstance(said, dict):
        if set(said) != {"ipa"}:
            return "L002", f"{written!r} has other keys than ipa", f"write {written}: {{ipa: …}}"
        said = said["ipa"]
    if not isinstance(said, str) or not said.strip() or len(said) > _MOST_CHARACTERS or _NOT_SAID.search(said):
        return "L003", f"{written!r} has nothing to say", "write how it is said, in quotes, without brackets"
    return None


def _twice(names: Collection[Name], file: str) -> Iterator[Problem]:
    seen: dict[str, Name] = {}
    for name in names:
        first = seen.setdefault(name.key, name)
        if first is not name:
            yield Problem(file, name.line, "L004", f"{name.written!r} stands in line {first.line} too", "remove one")


def _shouted(written: str) -> bool:
    return written.isupper() and len(written) > 1
