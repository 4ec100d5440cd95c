"""The rules of a duel against the engine, as in GeoGuessr: points, damage, multipliers, clock."""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clues.errors import CluesError
from clues.evaluation.manifest import Truth, read_manifest
from clues.photo import Photo, open_photo
from clues.pipeline import Location
from clues.regions import RegionGraph
from clues.sphere import distance_km, score
from ui.archive import Uploaded, photos, read_table
from ui.resources import Sample

HEALTH = 6000
_FIRST_MULTIPLIED_ROUND = 5  # damage grows by half a step from here on


@dataclass(frozen=True)
class Card:
    """A photo with a known place, opened when it is dealt."""

    name: str
    place: tuple[float, float]
    country: str
    open: Callable[[], Photo]


@dataclass(frozen=True)
class Round:
    """A round that was played.

    Attributes
    ----------
    km
        How far off you were; None if the time ran out before you guessed.
    guessed
        The country that you guessed in; None in the sea, or without a guess.
    seconds
        How long you took.
    """

    name: str
    country: str
    yours: int
    engine: int
    damage: int
    km: float | None
    engine_km: float
    guessed: str | None
    seconds: float

    @property
    def right(self) -> bool:
        """Whether you guessed in the right country."""
        return self.guessed == self.country


@dataclass
class Duel:
    """Two healths, the cards left, the rounds played, and what you missed.

    Attributes
    ----------
    missed
        Bits that each cue family gave the engine in rounds that you lost.
    limit_s
        Seconds to guess in, if there is a limit.
    told
        What would have told you, a sentence for each round.
    """

    cards: list[Card]
    limit_s: int | None = None
    you: int = HEALTH
    engine: int = HEALTH
    card: Card | None = None
    photo: Photo | None = None
    guess: tuple[float, float] | None = None
    found: Location | None = None
    rounds: list[Round] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    missed: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    _dealt: float = 0.0

    @property
    def seconds(self) -> float:
        """How long the card has been on the table."""
        return time.monotonic() - self._dealt

    @property
    def seconds_left(self) -> float | None:
        """How long you may still look; None without a limit."""
        return None if self.limit_s is None else max(self.limit_s - self.seconds, 0.0)

    @property
    def streak(self) -> int:
        """Rounds in a row, up to the last, in which you guessed the right country."""
        wrong = next((i for i, one in enumerate(reversed(self.rounds)) if not one.right), None)
        return len(self.rounds) if wrong is None else wrong

    @property
    def number(self) -> int:
        """Number of the round at hand, from 1."""
        return len(self.rounds) + (0 if self.settled else 1)

    @property
    def settled(self) -> bool:
        """Whether the round at hand has been decided."""
        return self.found is not None

    @property
    def multiplier(self) -> float:
        """How much damage counts in the round at hand."""
        return 1 + 0.5 * max(0, self.number - _FIRST_MULTIPLIED_ROUND + 1)

    @property
    def over(self) -> bool:
        """Whether somebody has no health left, or no card is left."""
        out = self.you <= 0 or self.engine <= 0
        return self.card is None and (out or not self.cards)

    def deal(self) -> None:
        """Turn the next card; one that cannot be opened is skipped, with its reason kept."""
        self.card = self.photo = self.guess = self.found = None
        while self.cards and self.you > 0 and self.engine > 0:
            card = self.cards.pop()
            try:
                self.photo = card.open()
            except CluesError as error:
                self.skipped.append(str(error))
                continue
            self.card, self._dealt = card, time.monotonic()
            return

    def settle(
        self, guess: tuple[float, float] | None, found: Location, seconds: float | None = None
    ) -> Round:
        """Score both guesses; the difference, multiplied, is the loser's damage.

        Without a guess you get no points.
        """
        assert self.card is not None
        seconds = self.seconds if seconds is None else seconds
        multiplier = self.multiplier
        yours = points(self.card.place, guess) if guess else 0
        engine = found.point.lat, found.point.lon
        theirs = points(self.card.place, engine)
        damage = round(abs(yours - theirs) * multiplier)
        if yours < theirs:
            self.you -= damage
            for one in found.why(self.card.country).contributions:
                if one.bits > 0:
                    self.missed[one.cue.family] += one.bits
        else:
            self.engine -= damage
        place, country = self.card.place, self.card.country
        world = found.fusion.posterior.world
        played = Round(
            self.card.name,
            country,
            yours,
            theirs,
            damage,
            float(distance_km(*guess, *place)) if guess else None,
            float(distance_km(*engine, *place)),
            _country_at(guess, world) if guess else None,
            seconds,
        )
        self.rounds.append(played)
        self.guess, self.found = guess, found
        return played


def _country_at(place: tuple[float, float], world: RegionGraph) -> str | None:
    region = world.find(*place)
    return world.country_of(region.code) if region else None


def points(truth: tuple[float, float], guess: tuple[float, float]) -> int:
    """Return GeoGuessr points on the world map."""
    return round(float(score(distance_km(*guess, *truth))))


def cards_of_folder(table: Path, world: RegionGraph) -> list[Card]:
    """Return the cards of a CSV file with photos beside it.

    Raises
    ------
    CluesError
        If it cannot be read or holds no photo with coordinates.
    """
    truths = [t for t in read_manifest(table, world) if t.lat is not None]
    return _shuffled(
        [_card(t, lambda t=t: open_photo(t.path)) for t in truths],  # type: ignore[misc]
        str(table),
    )


def cards_of_zip(file: Uploaded, world: RegionGraph) -> list[Card]:
    """Return the cards of a zip archive that holds photos and a CSV file; see above."""
    name, data = read_table(file)
    with tempfile.TemporaryDirectory(prefix="clues-") as folder:  # the table alone, not the photos
        table = Path(folder) / "places.csv"
        table.write_bytes(data)
        truths = [t for t in read_manifest(table, world) if t.lat is not None]
    beside = Path(name).parent
    held = {path: data for path, data in photos([file]) if isinstance(data, bytes)}
    cards = []
    for truth in truths:
        found = held.get((beside / truth.file).as_posix()) or held.get(truth.file)
        if found is not None:
            cards.append(_card(truth, lambda d=found, t=truth: open_photo(d, t.file)))  # type: ignore[misc]
    return _shuffled(cards, file.name)


def cards_of_samples(samples: Sequence[Sample], world: RegionGraph) -> list[Card]:
    """Return the cards of the sample photos."""
    cards = []
    for sample in samples:
        country = _country_at(sample.place, world)
        if country is not None:
            cards.append(
                Card(sample.title, sample.place, country, lambda s=sample: open_photo(s.path))  # type: ignore[misc]
            )
    return cards


def _card(truth: Truth, open_: Callable[[], Photo]) -> Card:
    assert truth.lat is not None
    assert truth.lon is not None
    return Card(truth.file, (truth.lat, truth.lon), truth.country, open_)


def _shuffled(cards: list[Card], name: str) -> list[Card]:
    if not cards:
        raise CluesError(f"{name}: names no photo with coordinates (columns file, lat, lon).")
    random.shuffle(cards)
    return cards
