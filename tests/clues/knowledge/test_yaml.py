import pytest

from clues.knowledge.yaml import MAX_DEPTH, YamlError, line_of, parse_yaml


def test_scalars_follow_yaml_1_2_so_norway_stays_norway():
    data = parse_yaml(
        "{country: NO, y: yes, on: off, n: 12, x: 1.5, none: null, old: 010, t: true}"
    )
    assert data == {
        "country": "NO", "y": "yes", "on": "off", "n": 12, "x": 1.5, "none": None, "old": "010",
        "t": True,
    }  # fmt: skip


def test_every_part_knows_its_line():
    data = parse_yaml("- id: a\n  where:\n    FR: rare\n- id: b\n")
    assert line_of(data, [0, "where", "FR"]) == 3
    assert line_of(data, [1]) == 4
    assert line_of(data, [1, "nothing", "there"]) == 4


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: &x 2\nc: *x", 2, "anchor"),
        ("a: !!python/object:os.system 'x'", 1, "tag"),
        ("a: 1\na: 2", 2, "repeats"),
        ("a: [1, 2", 1, "not valid YAML"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("a: 1\n? [x]\n: 2", 2, "key"),
        ("[" * (MAX_DEPTH + 1), 1, "deep"),
        ("\x00", 1, "not valid YAML"),
    ],
)
def test_forbidden_yaml_names_the_line_and_the_mend(text, line, says):
    with pytest.raises(YamlError, match=says) as caught:
        parse_yaml(text, "kb/x.yaml")
    assert caught.value.problem.line == line
    assert caught.value.problem.mend


def test_the_billion_laughs_are_refused_at_the_first_anchor():
    lines = ['a0: &a0 ["lol"]'] + [
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)
    ]
    with pytest.raises(YamlError, match="anchor"):
        parse_yaml("\n".join(lines))


def test_bytes_that_are_not_utf_8_are_refused():
    with pytest.raises(YamlError, match="UTF-8"):
        parse_yaml(b"a: \xff\xfe")


def test_too_large_a_file_is_refused():
    with pytest.raises(YamlError, match="over 1 MB"):
        parse_yaml(b"a" * (4 * 2**20 + 1))


@pytest.mark.parametrize(
    "odd", ["\u202e", "\u200b", '"\\e[31m"', '"\\0"', "\U000e0041", "a\ufeff", '"a\\u2028b"']
)
def test_hidden_characters_are_refused_with_their_line(odd):
    with pytest.raises(YamlError, match=r":2: .*hidden U\+"):
        parse_yaml(f"a: 1\nsays: {odd}\n")
    assert parse_yaml("a: \u0645\u06cc\u200c\u062e")["a"]  # a Persian word with its joiner
