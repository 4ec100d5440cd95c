"""Load the knowledge base from its YAML files: all problems at once, each with file and line."""

import contextlib
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from clues.files import write_text
from clues.knowledge.base import KnowledgeBase, merge
from clues.knowledge.model import Clue, FusionSettings, Variable
from clues.knowledge.problem import Problem, raise_if_any
from clues.knowledge.yaml import YamlError, YamlList, YamlMap, line_of, read_yaml
from clues.memory import uncollected
from clues.paths import KB_DIR, cache_dir

_MAX_FILES = 2_000
_CACHE_FORMAT = 2
_CACHES_KEPT = 3
_LONGEST_FIELD = 120  # that a problem names: a key may be as long as a fuzzer likes

Record = TypeVar("Record", bound=BaseModel)
Named = TypeVar("Named", Variable, Clue)


def load_kb(folder: Path | str | None = None, *, use_cache: bool = True) -> KnowledgeBase:
    """Load a knowledge base.

    Parameters
    ----------
    folder
        A folder laid out like ``kb``; the one that ships with Clues by default.
    use_cache
        Read the parsed form from the user's cache when no file has changed, and write it there.

    Raises
    ------
    KnowledgeError
        Listing every problem of every file as ``file:line: what: how to mend``.
    """
    root = Path(folder) if folder is not None else KB_DIR
    files = _files(root)
    version = _digest(root, files)
    cached = cache_dir() / f"kb-{version[:24]}.json"
    if use_cache and (base := _from_cache(cached)) is not None:
        return base
    base, problems = read_kb(root)
    raise_if_any(problems)
    if use_cache:
        _to_cache(cached, base)
    return base


def version_on_disk(folder: Path | str | None = None) -> str:
    """Return the version that `load_kb` would load now: it changes with any file."""
    root = Path(folder) if folder is not None else KB_DIR
    return _digest(root, _files(root))


@uncollected()
def read_kb(root: Path) -> tuple[KnowledgeBase, list[Problem]]:
    """Read a knowledge base as far as it can be read, and report all problems as values."""
    problems: list[Problem] = []
    variables = read_records(root, "cues", Variable, problems)
    # a cue that is missing there may be one that could not be read
    unread = {Path(problem.file).stem for problem in problems}
    clues = read_records(root, "clues", Clue, problems)
    by_id = _unique(variables, problems)
    settings = _read_settings(root, problems)
    located = [clue.model_copy(update={"file": file, "line": line}) for clue, file, line in clues]
    _unique(clues, problems)
    for clue in located:
        if clue.cue in by_id or clue.family not in unread:
            problems.extend(_check_cue(clue, by_id))
    known = [clue for clue in located if clue.cue in by_id]
    problems.extend(merge(known, by_id)[1])
    version = _digest(root, _files(root))
    return KnowledgeBase(by_id, tuple(known), settings, version), problems


def _files(root: Path) -> list[Path]:
    files = [
        path
        for part in ("cues", "clues")
        for path in sorted((root / part).rglob("*.yaml"))
        if path.is_file()
    ]
    settings = root / "fusion.yaml"
    if not files:
        raise_if_any(
            [
                Problem(
                    str(root), 1, "holds no knowledge base", "name a folder with cues/ and clues/"
                )
            ]
        )
    if len(files) > _MAX_FILES:
        raise_if_any([Problem(str(root), 1, f"holds over {_MAX_FILES} files", "merge some")])
    return [*files, settings] if settings.is_file() else files


def _digest(root: Path, files: Iterable[Path]) -> str:
    """Digest names and contents: unlike times, they survive a checkout or a copy unchanged."""
    digest = hashlib.sha256(f"format {_CACHE_FORMAT}".encode())
    for path in files:
        digest.update(str(path.relative_to(root)).encode())
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError:
            digest.update(b"unreadable")
    return digest.hexdigest()


def _label(path: Path, root: Path) -> str:
    return f"{root.name}/{path.relative_to(root).as_posix()}"


def read_records(
    root: Path, part: str, model: type[Record], problems: list[Problem]
) -> list[tuple[Record, str, int]]:
    """Read the lists in all YAML files of a folder ``part``: (record, file, line) each."""
    records: list[tuple[Record, str, int]] = []
    for path in sorted((root / part).rglob("*.yaml")):
        label = _label(path, root)
        try:
            data = read_yaml(path, label)
        except YamlError as error:
            problems.append(error.problem)
            continue
        if data is None:
            continue
        if not isinstance(data, YamlList):
            problems.append(Problem(label, 1, "is not a list", "start each entry with '- id: ...'"))
            continue
        for item, line in zip(data, data.item_lines, strict=True):
            record = validate(item, model, label, line, problems)
            if record is not None:
                records.append((record, label, line))
    return records


def validate(
    item: Any, model: type[Record], label: str, line: int, problems: list[Problem]
) -> Record | None:
    """Validate one YAML entry, or append its problems, each at its own line."""
    if not isinstance(item, YamlMap):
        problems.append(Problem(label, line, "is not an entry", "write '- id: ...' and its fields"))
        return None
    try:
        return model.model_validate(dict(item))
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False, include_input=False):
            problems.append(_as_problem(detail, item, label))
    return None


def _as_problem(detail: Any, item: YamlMap, label: str) -> Problem:
    path = [step for step in detail["loc"] if step != "[key]"]
    while path and not _exists(item, path):  # drop pydantic's names of union members
        path.pop()
    field = ".".join(str(step) for step in path)
    name = str(item.get("id", "entry"))[:80]
    message = str(detail["msg"]).removeprefix("Value error, ")
    missing = ".".join(str(s) for s in detail["loc"]) if detail["type"] == "missing" else ""
    at = (missing or field)[:_LONGEST_FIELD]
    where = f"{name}: `{at}`" if at else name
    mend = {
        "missing": "add it",
        "extra_forbidden": "remove it, or correct its spelling",
    }.get(detail["type"], "see kb/GUIDELINES.md for the form")
    return Problem(label, line_of(item, path), f"{where}: {message[:300]}", mend)


def _exists(data: Any, path: list[Any]) -> bool:
    for step in path:
        if isinstance(data, dict) and step in data:
            data = data[step]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return False
    return True


def _unique(records: list[tuple[Named, str, int]], problems: list[Problem]) -> dict[str, Named]:
    seen: dict[str, tuple[Named, str, int]] = {}
    for record, label, line in records:
        if record.id in seen:
            _, other, at = seen[record.id]
            problems.append(
                Problem(
                    label, line, f"the id {record.id} is taken ({other}:{at})", "choose another"
                )
            )
        else:
            seen[record.id] = (record, label, line)
    return {name: entry[0] for name, entry in seen.items()}


def _check_cue(clue: Clue, variables: dict[str, Variable]) -> list[Problem]:
    variable = variables.get(clue.cue)
    if variable is None:
        what = f"{clue.id}: there is no cue {clue.cue}"
        return [Problem(clue.file, clue.line, what, "use a cue from kb/cues, or add it there")]
    if clue.value not in variable.value_ids:
        what = f"{clue.id}: {clue.cue} has no value '{clue.value}'"
        mend = (
            "use one of " + ", ".join(variable.value_ids[:12])
            if variable.value_ids
            else ("a cue of kind region takes no clues")
        )
        return [Problem(clue.file, clue.line, what, mend)]
    return []


def _read_settings(root: Path, problems: list[Problem]) -> FusionSettings:
    path = root / "fusion.yaml"
    if not path.is_file():
        return FusionSettings()
    label = _label(path, root)
    try:
        data = read_yaml(path, label)
    except YamlError as error:
        problems.append(error.problem)
        return FusionSettings()
    return validate(data, FusionSettings, label, 1, problems) or FusionSettings()


class _Cached(BaseModel):
    """The parsed form of a knowledge base; ``places`` holds file and line of each clue."""

    variables: list[Variable]
    clues: list[Clue]
    places: list[tuple[str, int]]
    settings: FusionSettings
    version: str


def _to_cache(path: Path, base: KnowledgeBase) -> None:
    """Write the parsed form, atomically; a cache that cannot be written is no failure."""
    cached = _Cached.model_construct(
        variables=list(base.variables.values()),
        clues=list(base.clues),
        places=[(clue.file, clue.line) for clue in base.clues],
        settings=base.settings,
        version=base.version,
    )
    with contextlib.suppress(OSError):
        # defaults are left out: an empty address is no valid one to read back
        write_text(path, cached.model_dump_json(exclude_defaults=True))
        # this one stays even where a wrong clock makes it the oldest
        others = {*path.parent.glob("kb-*.json")} - {path}
        for old in sorted(others, key=_age)[_CACHES_KEPT - 1 :]:
            old.unlink(missing_ok=True)


def _age(path: Path) -> float:
    return -path.stat().st_mtime


@uncollected()
def _from_cache(path: Path) -> KnowledgeBase | None:
    try:
        cached = _Cached.model_validate_json(path.read_bytes())
        clues = tuple(
            clue.model_copy(update={"file": file, "line": line})
            for clue, (file, line) in zip(cached.clues, cached.places, strict=True)
        )
    except (OSError, ValueError):
        return None  # absent, or broken by a full disk: the YAML files are the truth
    variables = {variable.id: variable for variable in cached.variables}
    return KnowledgeBase(variables, clues, cached.settings, cached.version)
