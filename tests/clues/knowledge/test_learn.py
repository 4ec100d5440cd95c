from datetime import date

import pytest

from clues.errors import CluesError
from clues.knowledge.base import KnowledgeBase
from clues.knowledge.learn import LabelledPhoto, disagreements, learn, read_labels
from clues.knowledge.model import Clue, Seen, Variable

PALM = Variable(id="vegetation.palm", says="Palm trees", tags={"present": "palm"})
LINE = Variable(
    id="roads.line", says="Centre line", kind="categorical", values=["white", "yellow"],
    tags={"white": "center-white", "yellow": "center-yellow"},
)  # fmt: skip
DAY = date(2026, 11, 24)


def photos(country: str, **tags: int) -> list[LabelledPhoto]:
    return [
        LabelledPhoto(country, frozenset(tag.replace("_", "-").split("+")))
        for tag, n in tags.items()
        for _ in range(n)
    ]


def test_counts_are_per_country_and_exclusive_values_share_what_was_assessable():
    kb = KnowledgeBase({v.id: v for v in (PALM, LINE)}, ())
    labelled = photos("PH", palm=8, center_white=6) + photos("US", center_yellow=10, car=20)
    measured = {(c.cue, c.value): c for c in learn(kb, labelled, DAY)}
    assert measured["vegetation.palm", "present"].where["PH"] == Seen(seen=8, of=14)
    assert measured["vegetation.palm", "present"].where["US"] == Seen(seen=0, of=30)
    assert measured["roads.line", "yellow"].where["US"] == Seen(seen=10, of=10)
    assert measured["roads.line", "white"].elsewhere == Seen(seen=6, of=16)


def test_disagreements_name_the_author():
    source = {"url": "https://palms.org", "checked": DAY}
    authored = Clue(
        id="vegetation.palm.a", cue="vegetation.palm", says="No palms there.", since=DAY,
        where={"PH": "never"}, sources=[source],
    )  # fmt: skip
    kb = KnowledgeBase({PALM.id: PALM}, (authored,))
    measured = learn(kb, photos("PH", palm=10, car=10), DAY)
    (found,) = disagreements(kb, measured)
    assert found.clue is authored
    assert found.counts == Seen(seen=10, of=20)


def test_photos_that_measure_the_product_never_contribute(tmp_path):
    (tmp_path / "labels.csv").write_text("file,tags\ndev/1.jpg,palm\ntrain/2.jpg,palm car\n")
    (tmp_path / "photos.csv").write_text("file,country\ndev/1.jpg,PH\ntrain/2.jpg,PH\n")
    assert read_labels(tmp_path / "labels.csv", tmp_path / "photos.csv") == [
        LabelledPhoto("PH", frozenset({"palm", "car"}))
    ]


def test_a_missing_column_gives_one_sentence(tmp_path):
    (tmp_path / "labels.csv").write_text("file,label\n")
    with pytest.raises(CluesError, match="lacks the column country"):
        read_labels(tmp_path / "labels.csv", tmp_path / "labels.csv")
