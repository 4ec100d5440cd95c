from dataclasses import replace
from datetime import date

import pytest

from clues.errors import CluesError
from clues.knowledge.base import KnowledgeBase
from clues.knowledge.learn import LabelledPhoto, disagreements, learn, read_labels
from clues.knowledge.model import Clue, Seen, Variable
from tests.tiny import tiny_world

PALM = Variable(id="vegetation.palm", says="Palm trees", tags={"present": "palm"})
LINE = Variable(
    id="roads.line", says="Centre line", kind="categorical", values=["white", "yellow"],
    tags={"white": "center-white", "yellow": "center-yellow"},
)  # fmt: skip
DAY = date(2026, 11, 24)
WORLD = tiny_world()


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
    assert measured["roads.line", "white"].where["PH"] == Seen(seen=6, of=6)


def test_disagreements_name_the_author():
    source = {"url": "https://palms.org", "checked": DAY}
    authored = Clue(
        id="vegetation.palm.a", cue="vegetation.palm", says="No palms there.", since=DAY,
        where={"BR": "never"}, sources=[source],
    )  # fmt: skip
    kb = KnowledgeBase({PALM.id: PALM}, (authored,))
    measured = learn(kb, photos("BR", palm=10, car=10), DAY)
    (found,) = disagreements(kb, WORLD, measured)
    assert found.clue is authored
    assert found.counts == Seen(seen=10, of=20)
    assert found.together == pytest.approx((10 + 12 * 0.0005) / (20 + 12))
    # what was measured before is no author: the next count shows the same
    again = replace(kb, clues=(authored, *measured))
    assert disagreements(again, WORLD, measured) == [found]


def test_an_author_who_speaks_of_the_continent_may_be_wrong_on_a_country():
    source = {"url": "https://palms.org", "checked": DAY}
    authored = Clue(
        id="vegetation.palm.a", cue="vegetation.palm", says="No palms there.", since=DAY,
        where={"europe": "never"}, sources=[source],
    )  # fmt: skip
    kb = KnowledgeBase({PALM.id: PALM}, (authored,))
    (found,) = disagreements(kb, WORLD, learn(kb, photos("ES", palm=10, car=10), DAY))
    assert (found.region, found.clue) == ("ES", authored)


def test_what_is_counted_again_keeps_its_days():
    kb = KnowledgeBase({PALM.id: PALM}, ())
    first = learn(kb, photos("PH", palm=10, car=10), DAY)
    again = replace(kb, clues=tuple(first))
    later = date(2027, 1, 1)
    assert learn(again, photos("PH", palm=10, car=10), later) == first
    (more,) = learn(again, photos("PH", palm=11, car=10), later)
    assert (more.since, more.where["PH"]) == (later, Seen(seen=11, of=21))


def test_a_few_countries_say_nothing_of_the_others():
    kb = KnowledgeBase({PALM.id: PALM}, ())
    few = [photo for code in ("PH", "US", "BR", "ES") for photo in photos(code, palm=2, car=8)]
    assert learn(kb, few, DAY)[0].elsewhere is None
    more = [*few, *photos("FR", palm=0, car=10)]
    assert learn(kb, more, DAY)[0].elsewhere == Seen(seen=8, of=50)


def test_photos_that_measure_the_product_never_contribute(tmp_path):
    labels, manifest = tmp_path / "labels.csv", tmp_path / "photos.csv"
    labels.write_text(
        "file,tags\ndev/1.jpg,palm\nstreetview/Dev/1.jpg,palm\ntrain/2.jpg,palm car\n"
        "train/3.jpg,palm\n"
    )
    manifest.write_text(
        "file,country,split\ndev/1.jpg,PH,train\nstreetview/Dev/1.jpg,PH,\n"
        "train/2.jpg,PH,val\ntrain/3.jpg,PH,test\n"
    )
    assert read_labels(labels, manifest) == [LabelledPhoto("PH", frozenset({"palm", "car"}))]
    labels.write_text("file,tags\ndev/1.jpg,palm\n")
    with pytest.raises(CluesError, match=r"no photo of .* that may be counted"):
        read_labels(labels, manifest)


def test_a_missing_column_gives_one_sentence(tmp_path):
    (tmp_path / "labels.csv").write_text("file,label\n")
    with pytest.raises(CluesError, match="lacks the column country"):
        read_labels(tmp_path / "labels.csv", tmp_path / "labels.csv")
