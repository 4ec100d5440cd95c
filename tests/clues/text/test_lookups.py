from clues.text.lookups import VARIABLES, lookup_cues
from tests.clues.text.samples import word, words


def test_one_call_runs_every_table():
    seen = [
        *words("A123BC186"),
        *words("BR-101", y=100),
        *words("Apotheke", y=200),
        *words("OXXO", y=300),
        *words("Toronto M5V 2T6", y=400),
    ]
    cues = lookup_cues(seen)
    assert {cue.variable for cue in cues} == VARIABLES - {"plates.format", "signs.stop-word"}
    assert all("elsewhere" in cue.likelihood and cue.note and cue.box for cue in cues)


def test_nothing_gives_nothing_and_much_is_bounded():
    assert lookup_cues([]) == []
    noise = [word("x1" * 40, y=30.0 * i) for i in range(2_000)]
    assert len(lookup_cues(noise)) <= 50
