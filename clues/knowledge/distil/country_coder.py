"""Read the properties of countries from country-coder's borders file, without its geometry."""

import json
import tarfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clues.errors import CluesError

_MEMBER = "package/src/data/borders.json"
_MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Country:
    """Facts on one country or territory with an ISO 3166-1 code.

    Attributes
    ----------
    calling_codes
        E.164 prefixes without ``+``: "7", "44", "1876".
    domain
        Country-code top-level domain without the dot, or None.
    groups
        M49 and other group codes it belongs to, those of its parts included.
    """

    code: str
    name: str
    drives_left: bool
    miles_per_hour: bool
    calling_codes: tuple[str, ...]
    domain: str | None
    groups: frozenset[str]


def read_countries(source: Path) -> list[Country]:
    """Read all countries, sorted by code.

    Parameters
    ----------
    source
        What ``npm pack @rapideditor/country-coder`` left: the .tgz, the folder that holds it, the
        unpacked package or the borders file itself.

    Raises
    ------
    CluesError
        If no borders file is found there, or it is not what it should be.
    """
    try:
        features = json.loads(_borders(source))["features"]
        return countries_of([feature["properties"] for feature in features])
    except (OSError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise CluesError(
            f"{source} holds no country-coder borders ({type(error).__name__}); run "
            "`npm pack @rapideditor/country-coder` and name the .tgz."
        ) from None


def _borders(source: Path) -> bytes:
    if source.is_dir():
        found = [p for p in (source / "src/data/borders.json", source / _MEMBER) if p.is_file()]
        found += sorted(source.glob("rapideditor-country-coder-*.tgz"))
        if not found:
            raise FileNotFoundError(source)
        source = found[0]
    if source.suffix != ".tgz":
        return source.read_bytes()
    with tarfile.open(source, "r:gz") as archive:
        member = archive.getmember(_MEMBER)
        stream = archive.extractfile(member)
        if stream is None or member.size > _MAX_BYTES:
            raise ValueError(_MEMBER)
        return stream.read(_MAX_BYTES)


def countries_of(properties: Iterable[Mapping[str, Any]]) -> list[Country]:
    """Resolve country-coder's inheritance: a country without own facts has those of its parts."""
    entries = list(properties)
    heads = [e for e in entries if _is_country(e)]
    parts: dict[str, list[Mapping[str, Any]]] = {e["iso1A2"]: [e] for e in heads}
    for entry in entries:
        if not _is_country(entry):
            # Guernsey's islands name the United Kingdom as country and Guernsey as group.
            grouped = next((group for group in entry.get("groups", ()) if group in parts), None)
            owner = grouped or entry.get("country")
            if owner in parts:
                parts[owner].append(entry)
    return sorted((_country(e, parts[e["iso1A2"]]) for e in heads), key=lambda c: c.code)


def _is_country(entry: Mapping[str, Any]) -> bool:
    code = entry.get("iso1A2")
    grouping = entry.get("level") in ("union", "unitedNations")
    return bool(code) and not grouping and entry.get("isoStatus") != "excRes"


def _country(head: Mapping[str, Any], parts: list[Mapping[str, Any]]) -> Country:
    # Outlying islands (Crimea, the Chagos) may differ; the first part that says anything decides.
    sides = [part["driveSide"] for part in parts if "driveSide" in part]
    units = [part["roadSpeedUnit"] for part in parts if "roadSpeedUnit" in part]
    numbers = Counter(_prefix(code) for part in parts for code in part.get("callingCodes", ()))
    most = max(numbers.values(), default=0)
    domain = head.get("ccTLD", "." + head["iso1A2"].lower())
    return Country(
        code=head["iso1A2"],
        name=head["nameEn"],
        drives_left=sides[:1] == ["left"],
        miles_per_hour=units[:1] == ["mph"],
        calling_codes=tuple(sorted(code for code, n in numbers.items() if 2 * n > most)),
        domain=domain.lstrip(".") if domain else None,
        groups=frozenset(group for part in parts for group in part.get("groups", ())),
    )


def _prefix(code: str) -> str:
    """Return the E.164 prefix of "44 01624" or "1 876"; North America keeps its area code."""
    country, _, rest = code.partition(" ")
    return country + rest if country == "1" else country
