"""Distil the language table from two packages that hold what was counted in large corpora.

    pip download --no-deps lingua-language-detector==1.3.5 wordfreq
    python -m clues.text.build_language lingua*.whl wordfreq*.whl

Character n-grams come from lingua (Apache-2.0), frequent words from wordfreq (CC BY-SA 4.0); see
``clues/text/data/README.md``. Needs the packages ``brotli`` and ``msgpack``; Clues itself does not.
"""

import argparse
import gzip
import json
import math
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from clues.text.build_gazetteer import key_of
from clues.text.gazetteer import Gazetteer, Match, load_gazetteer
from clues.text.language import DATA_FILE, STEPS_PER_BIT, WORD_FILE, fold
from clues.text.ordinary import ORDINARY_FILE

_BOTH = (
    "ar bg ca cs da de en es fa fi fr hi hu id is it lt lv mk ms nl pl pt ro ru sk sl sv "
    "tr uk ur vi"
)
_LETTERS_ALONE = "af az be cy et eu ga kk lg mi mn mr sn so sq st sw tn xh yo zu"

# Language of Clues -> (n-gram models of lingua, word lists of wordfreq). Serbian is written in
# two scripts and lingua knows one: its Latin half is Croatian's.
SOURCES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **{code: ((code,), (code,)) for code in _BOTH.split()},
    **{code: ((code,), ()) for code in _LETTERS_ALONE.split()},
    "bs": (("bs",), ("sh",)),
    "hr": (("hr",), ("sh",)),
    "sr": (("sr", "hr"), ("sh",)),
    "no": (("nb", "nn"), ("nb",)),
    "fil": (("tl",), ("fil",)),
}
NGRAMS_KEPT = (150, 1500, 5000)  # per language, by joint frequency
# The commonest of each language are kept, with their shares in all languages that have them; more
# of the languages most written on shops, whose words (bakery, laundry) are not that common.
WORDS_KEPT, SHOP_WORDS_KEPT = 8_000, 20_000
# Words that place names are confused with: the commonest of the languages most written on signs,
# and any word of any list that is also a place name.
_SIGN_LANGUAGES = frozenset(
    {"en", "es", "pt", "fr", "de", "it", "tr", "pl", "nl", "id", "ru", "sv", "ro", "cs", "hu"}
)
_SIGN_WORDS_KEPT = 12_000
_SHOP_LANGUAGES = _SIGN_LANGUAGES | {"ms", "uk", "el", "da", "fi", "nb", "bg"}
_LARGE_TOWN = 100_000
_EVEN = 30.0  # largest ratio of a town's name in one language to its median over languages
_NAMED_FOR_ITSELF = 5.0
ACCENTS_LOST = 0.3  # capitals on signs and engines drop accents; a judgement
_LOWEST = 255


def quantise(log2_probability: float) -> int:
    """Return minus the base-2 logarithm in steps of 1/8 bit, at most 255."""
    return min(_LOWEST, max(0, round(-log2_probability * STEPS_PER_BIT)))


def _ngrams(archive: zipfile.ZipFile, code: str, order: int) -> dict[str, float]:
    import brotli

    name = ("uni", "bi", "tri")[order - 1]
    member = f"lingua/language-models/{code}/{name}grams.json.br"
    table = json.loads(brotli.decompress(archive.read(member)))["ngrams"]
    result = {}
    for fraction, grams in table.items():
        top, bottom = fraction.split("/")
        for gram in grams.split(" "):
            result[gram] = int(top) / int(bottom)
    return result


def read_ngrams(archive: zipfile.ZipFile, codes: Iterable[str]) -> list[dict[str, float]]:
    """Return P(letter), P(letter | one before), P(letter | two before), pruned.

    The first model that holds a unigram wins where several are joined.
    """
    merged: list[dict[str, float]] = [{}, {}, {}]
    for code in codes:
        orders = [_ngrams(archive, code, n) for n in (1, 2, 3)]
        joint = _joint(orders)
        for n in range(3):
            best = sorted(joint[n], key=lambda g: -joint[n][g])[: NGRAMS_KEPT[n]]
            for gram in best:
                if joint[n][gram] > 1e-8:
                    merged[n].setdefault(gram, orders[n][gram])
    return merged


def _joint(orders: list[dict[str, float]]) -> list[dict[str, float]]:
    uni, bi, tri = orders
    joint_bi = {g: p * uni.get(g[0], 0.0) for g, p in bi.items()}
    return [uni, joint_bi, {g: p * joint_bi.get(g[:2], 0.0) for g, p in tri.items()}]


def read_words(archive: zipfile.ZipFile, codes: Iterable[str]) -> dict[str, float]:
    """Return the frequency of a language's words, letters alone, the commonest first."""
    words: dict[str, float] = {}
    for code in codes:
        for word, share in word_list(archive, code):
            if len(word) >= 2:
                words.setdefault(word, share)
    for word, share in list(words.items()):
        if (plain := fold(word)) != word:
            words[plain] = words.get(plain, 0.0) + ACCENTS_LOST * share
    return dict(sorted(words.items(), key=lambda item: -item[1]))


def prune_words(lists: dict[str, dict[str, float]]) -> list[dict[str, float]]:
    """Keep the commonest words of every language, in all lists that hold them.

    A word that one language's cut would lose must not look foreign to it.
    """
    kept = {
        word
        for code, words in lists.items()
        for word in islice(words, SHOP_WORDS_KEPT if code in _SHOP_LANGUAGES else WORDS_KEPT)
    }
    return [{w: share for w, share in words.items() if w in kept} for words in lists.values()]


def read_ordinary(archive: zipfile.ZipFile, gazetteer: Gazetteer) -> dict[str, float]:
    """Return the share of running text, in the language that has it most, of possible names.

    A large town's name is in all lists about equally often; that is the name itself, not a word it
    could be confused with, so its median over languages counts, weakened.
    """
    shares: dict[str, list[float]] = defaultdict(list)
    kept: set[str] = set()
    lists = 0
    for member in archive.namelist():
        match = re.fullmatch(r"wordfreq/data/small_(\w+)\.msgpack\.gz", member)
        if match is None:
            continue
        lists += match[1] in _SIGN_LANGUAGES
        for rank, (word, share) in enumerate(word_list(archive, match[1])):
            key = key_of(word)
            common = match[1] in _SIGN_LANGUAGES and rank < _SIGN_WORDS_KEPT
            if len(key) >= 2 and " " not in key and (key in gazetteer or common):
                kept.add(key)
                shares[key].append(share)
    return {key: _ordinary_share(shares[key], lists, gazetteer.find(key)) for key in sorted(kept)}


def _ordinary_share(shares: list[float], lists: int, match: Match | None) -> float:
    top = max(shares)
    if match is None or max(b.population * b.weight for b in match.bearers) < _LARGE_TOWN:
        return top
    padded = sorted(shares + [0.0] * (lists - len(shares)))
    median = padded[len(padded) // 2]
    return median / _NAMED_FOR_ITSELF if median * _EVEN > top else top


def word_list(archive: zipfile.ZipFile, code: str) -> Iterator[tuple[str, float]]:
    """Yield the words of a list of wordfreq, and their shares of running text."""
    import msgpack

    packed = gzip.decompress(archive.read(f"wordfreq/data/small_{code}.msgpack.gz"))
    bins: list[Any] = msgpack.unpackb(packed, raw=False)
    for centibels, same in enumerate(bins[1:]):
        for word in same:
            if word.isalpha() and len(word) <= 20:
                yield word, 10 ** (-centibels / 100)


def _pack(tables: list[dict[str, float]]) -> dict[str, np.ndarray]:
    """Turn one table per language into rows sorted by key: key, language, quantised value."""
    rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for language, table in enumerate(tables):
        for key, probability in table.items():
            rows[key].append((language, quantise(math.log2(probability))))
    keys = sorted(rows)
    counts = [len(rows[key]) for key in keys]
    flat = [entry for key in keys for entry in rows[key]]
    return {
        "keys": np.frombuffer("\n".join(keys).encode(), dtype=np.uint8),
        "counts": np.array(counts, dtype=np.uint8),
        "language": np.array([language for language, _ in flat], dtype=np.uint8),
        "bits": np.array([bits for _, bits in flat], dtype=np.uint8),
    }


def build(lingua: Path, wordfreq: Path) -> None:
    """Write the three data files."""
    languages = sorted(SOURCES)
    with zipfile.ZipFile(lingua) as archive:
        models = [read_ngrams(archive, SOURCES[code][0]) for code in languages]
    with zipfile.ZipFile(wordfreq) as archive:
        words = prune_words({code: read_words(archive, SOURCES[code][1]) for code in languages})
        ordinary = read_ordinary(archive, load_gazetteer())
    names = np.array(languages)
    arrays: dict[str, np.ndarray] = {"languages": names}
    for n in range(3):
        packed = _pack([model[n] for model in models])
        arrays |= {f"{part}{n + 1}": values for part, values in packed.items()}
    DATA_FILE.parent.mkdir(exist_ok=True)
    np.savez_compressed(DATA_FILE, allow_pickle=False, **arrays)
    np.savez_compressed(WORD_FILE, allow_pickle=False, languages=names, **_pack(words))
    keys = sorted(ordinary)
    np.savez_compressed(
        ORDINARY_FILE,
        allow_pickle=False,
        keys=np.frombuffer("\n".join(keys).encode(), dtype=np.uint8),
        bits=np.array([quantise(math.log2(ordinary[key])) for key in keys], dtype=np.uint8),
    )
    for file in (DATA_FILE, WORD_FILE, ORDINARY_FILE):
        print(file.name, f"{file.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lingua", type=Path)
    parser.add_argument("wordfreq", type=Path)
    arguments = parser.parse_args()
    build(arguments.lingua, arguments.wordfreq)


if __name__ == "__main__":
    main()
