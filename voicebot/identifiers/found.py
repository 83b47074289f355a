"""What is found in a text: a value in canonical form, where it stands, and how sure the reading is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """One reading of a part of the text.

    Attributes:
        value: canonical form: `4481207`, `AB1234`, `+12025550123`, `john.smith@gmail.com`, `yes`/`no`, `SW1A 1AA`.
        span: character positions in the text, end exclusive.
        score: 0..1; 1.0 is the form that was expected, below 0.5 only worth a question.
    """

    value: str
    span: tuple[int, int]
    score: float
