"""What is remembered is what would be worked out, and hostile feeds fill no memory with it."""

import pytest

from feedsync.remembered import Remembered


def test_a_question_is_answered_once() -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return question.upper()

    answers = Remembered(answer)
    assert [answers[question] for question in ("a", "b", "a")] == ["A", "B", "A"]
    assert asked == ["a", "b"]


def test_long_questions_are_not_kept() -> None:
    answers: Remembered[str | tuple[str | None, ...], str] = Remembered(str)
    assert answers["x" * 5000] == "x" * 5000
    assert answers["y" * 3000, None, "z" * 3000]
    assert not answers


def test_many_questions_are_forgotten_together() -> None:
    answers = Remembered(str)
    for number in range(10_000):
        assert answers[str(number)] == str(number)
    assert len(answers) < 5000


def test_a_list_is_no_question() -> None:
    with pytest.raises(TypeError):
        Remembered(str)[["a"]]  # type: ignore[index]
