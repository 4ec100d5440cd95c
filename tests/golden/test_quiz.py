"""The quiz of single facts. The ratchet only falls: lower it as facts are mended."""

from collections import Counter

from clues.evaluation.quiz import Quiz
from clues.inference import Engine, Tables
from clues.knowledge import load_kb
from clues.knowledge.quiz import load_quiz
from clues.paths import KB_DIR
from clues.regions import load_regions

WRONG = 0


def test_no_more_facts_are_wrong_than_before():
    questions, problems = load_quiz(KB_DIR / "quiz")
    assert problems == []
    answers = Quiz(Engine(Tables(load_kb(), load_regions()))).ask(questions)
    wrong = [
        f"{a.question.file}:{a.question.line} {a.question.ask} {a.failure}"
        for a in answers
        if not a.right
    ]
    assert len(wrong) <= WRONG, "\n".join(wrong)


def test_no_fact_is_asked_twice():
    questions, _ = load_quiz(KB_DIR / "quiz")
    asked = Counter(str(q.model_dump(exclude={"ask", "others"})) for q in questions)
    assert [q for q, n in asked.items() if n > 1] == []
