from clues.knowledge import load_kb
from detectors.training.readme import README, render


def test_the_page_is_up_to_date_and_names_every_variable():
    page = README.read_text("utf-8")
    assert page == render(), "type: python -m detectors.training.readme"
    for variable in load_kb().variables.values():
        family, short = variable.id.split(".", 1)
        assert variable.id in page or short in page.split(f"| {family}: ", 1)[1].split("|", 1)[0]
