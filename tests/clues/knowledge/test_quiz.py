import pytest

from clues.knowledge.quiz import load_quiz

GOOD = '- {ask: "Who drives on the left?", cues: {traffic.driving-side: left}, expect: [GB, IE]}\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "kb" / "quiz").mkdir(parents=True)
    return tmp_path / "kb" / "quiz"


def test_a_question_knows_its_file_and_line(folder):
    (folder / "world.yaml").write_text("# facts\n" + GOOD)
    (question,), problems = load_quiz(folder)
    assert problems == []
    assert (question.file, question.line) == ("kb/quiz/world.yaml", 2)
    assert question.expect == ["GB", "IE"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ("expect: GB", "give one of"),
        ("read: Rua, plate: AB-123-CD, expect: PT", "give one of"),
        ("plate_code: RU186, expect: RU-KHM", "plate_code"),
        ("contrast: [LV, LT], expect: LV", "what tells them apart"),
        ("read: Rua", "expect"),
    ],
)
def test_a_question_that_cannot_be_asked_is_named_with_its_line(folder, fields, says):
    (folder / "world.yaml").write_text(GOOD + f'- {{ask: "Where is it?", {fields}}}\n')
    questions, (problem,) = load_quiz(folder)
    assert len(questions) == 1
    assert problem.line == 2
    assert says in problem.what
