from clues.text import lines_of
from clues.text.lookups import VARIABLES, read_lookups
from tests.clues.text.samples import word, words


def test_one_call_runs_every_table():
    seen = [
        *words("A123BC186"),
        *words("BR-101", y=100),
        *words("Apotheke", y=200),
        *words("OXXO", y=300),
        *words("Toronto M5V 2T6", y=400),
    ]
    cues = read_lookups(lines_of(seen))
    assert {cue.variable for cue in cues} == VARIABLES - {"plates.format", "signs.stop-word"}
    assert all("elsewhere" in cue.likelihood and cue.note and cue.box for cue in cues)


def test_nothing_gives_nothing_and_much_is_bounded():
    assert read_lookups(lines_of([])) == []
    noise = [word("x1" * 40, y=30.0 * i) for i in range(2_000)]
    assert len(read_lookups(lines_of(noise))) <= 50
