"""Write lists of words that the recognisers learn from, beside the names that Clues has anyway.

    pip install msgpack && pip download --no-deps pythainlp wordfreq
    python -m detectors.training.text_lists pythainlp*.whl wordfreq*.whl OUT

Thai words and provinces come from PyThaiNLP (CC0), the commonest words of other languages from
wordfreq (CC BY-SA 4.0). ``lists: OUT`` in ``recogniser.yaml`` uses them.
"""

from __future__ import annotations

import argparse
import csv
import io
import zipfile
from pathlib import Path

from clues.text.build_language import word_list

_LANGUAGES = {
    "arabic": ("ar", "fa"), "cyrillic": ("ru", "uk", "bg", "mk"), "greek": ("el",),
    "hangul": ("ko",), "hebrew": ("he",),
}  # fmt: skip
_COMMONEST = 15_000


def write_lists(pythainlp: Path, wordfreq: Path, out: Path) -> None:
    """Write ``SCRIPT.txt`` for the scripts whose words are known."""
    out.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(pythainlp) as archive:
        corpus = "pythainlp/corpus/"
        provinces = archive.read(f"{corpus}thailand_provinces_th.csv").decode()
        words = [row[0] for row in csv.reader(io.StringIO(provinces))]
        words += archive.read(f"{corpus}words_th.txt").decode().split()
    _write(out / "thai.txt", words)
    with zipfile.ZipFile(wordfreq) as archive:
        for script, languages in _LANGUAGES.items():
            words = []
            for code in languages:
                listed = sorted(word_list(archive, code), key=lambda item: -item[1])
                words += [_ended(word) for word, _ in listed[:_COMMONEST]]
            _write(out / f"{script}.txt", words)


def _ended(word: str) -> str:
    """Return a word with Greek's final sigma, which wordfreq folds."""
    return f"{word[:-1]}ς" if word.endswith("σ") else word


def _write(path: Path, words: list[str]) -> None:
    path.write_text("\n".join(dict.fromkeys(words)), encoding="utf-8")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Write lists of words to learn reading from.")
    for name in ("pythainlp", "wordfreq", "out"):
        parser.add_argument(name, type=Path)
    arguments = parser.parse_args()
    write_lists(arguments.pythainlp, arguments.wordfreq, arguments.out)


if __name__ == "__main__":
    main()
