"""Answers that many items share are worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

#: A question: a text, or several of which some may be missing.
Question = TypeVar("Question", bound=str | tuple[str | None, ...])
Answer = TypeVar("Answer")


class Remembered(dict[Question, Answer]):
    """``answers[question]``, as ``answer`` gives it; the same question, the same answer.

    What is asked is untrusted: no more than ``most`` are kept, and none whose question is longer than ``longest``.

    Raises:
        TypeError: the question holds a list or a record, which is no key.
    """

    def __init__(self, answer: Callable[[Question], Answer], *, most: int = 4096, longest: int = 4096) -> None:
        super().__init__()
        self.answer = answer
        self._most, self._longest = most, longest

    def __missing__(self, question: Question) -> Answer:
        found = self.answer(question)
        length = len(question) if isinstance(question, str) else sum([len(part) for part in question if part])
        if length <= self._longest:
            if len(self) >= self._most:
                self.clear()
            self[question] = found
        return found
