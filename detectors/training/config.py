"""Read the configuration of a training; the scene model's."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clues.errors import CluesError


class ConfigError(CluesError):
    """A training configuration that is not valid."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BackboneConfig(_Strict):
    """One network of the backbone."""

    variant: int = Field(ge=0, le=2)
    style_channels: int = Field(ge=0, le=64)


class FineTuneConfig(_Strict):
    """Of fine-tuning a network end to end; see `detectors.training.finetune`."""

    variant: int = Field(ge=0, le=2)
    size: int = Field(ge=64)
    height: int = Field(ge=64)
    mirrored: bool
    frozen_blocks: int = Field(ge=0)
    epochs: int = Field(gt=0)
    patience: int = Field(gt=0)
    batch: int = Field(gt=0)
    rate: float = Field(gt=0)
    head_rate: float = Field(gt=0)
    layer_decay: float = Field(gt=0, le=1)
    decay: float = Field(ge=0)
    dropout: float = Field(ge=0, lt=1)
    mixup: float = Field(ge=0)
    tag_weight: float = Field(ge=0)
    average: float = Field(ge=0, lt=1)
    watch_every: int = Field(gt=0)
    seed: int


class WhiteningConfig(_Strict):
    """Of the pooled features."""

    per_block: int = Field(gt=0)
    components: int = Field(gt=0)
    shrinkage: float = Field(ge=0)


class CellsConfig(_Strict):
    """Geocells and their softmax regression; see `detectors.training.heads.fit_cells`."""

    per_cell: float = Field(gt=0)
    tau_km: float = Field(gt=0)
    tau_country_km: float = Field(gt=0)
    prior_floor: float = Field(gt=0, lt=1)
    smooth_axes: int = Field(ge=0)
    smooth_km: float = Field(gt=0)
    epochs: int = Field(gt=0)
    rate: float = Field(gt=0)
    decay: float = Field(ge=0)
    dropout: float = Field(ge=0, lt=1)
    mixup: float = Field(ge=0)
    batch: int = Field(gt=0)
    patience: int = Field(gt=0)


class TownsConfig(_Strict):
    """How much more photos of towns count; see `detectors.training.town_weights`."""

    town: list[str]
    countryside: list[str]
    floor: float = Field(gt=0)
    slope: float = Field(ge=0)


class NeighboursConfig(_Strict):
    """Kernel density over the training photos, and what they are compared by.

    See `detectors.appearance.neighbours` and `detectors.training.descriptor`.
    """

    places_per_cell: int = Field(gt=0)
    dims: int = Field(gt=0)
    epochs: int = Field(gt=0)
    bandwidth: float = Field(gt=0)


class SceneConfig(_Strict):
    """Everything that decides how the scene model comes out; see ``scene.yaml``."""

    photos: list[str]
    tags: str
    dev: str
    country_weights: str
    min_positives: int = Field(ge=2)
    excluded_tags: list[str]
    limit: int = Field(ge=0)
    seed: int
    threads: int = Field(gt=0)
    backbones: list[BackboneConfig] = Field(min_length=1)
    finetune: list[FineTuneConfig] = Field(default_factory=list)
    whitening: WhiteningConfig
    tag_penalty: float = Field(gt=0)
    towns: TownsConfig
    cells: CellsConfig
    neighbours: NeighboursConfig
    bootstrap_rounds: int = Field(gt=0)
    onnx_tolerance: float = Field(gt=0)


_Config = TypeVar("_Config", bound=BaseModel)


def read_config(path: Path) -> SceneConfig:
    """Read the configuration of the scene model; see `read_as`."""
    return read_as(SceneConfig, path)


def read_as(model: type[_Config], path: Path) -> _Config:
    """Read a YAML configuration.

    Raises
    ------
    ConfigError
        In one sentence, if it cannot be read or a field is wrong.
    """
    try:
        return model.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML ({str(error).splitlines()[0]}).") from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise ConfigError(f"{path}: field '{field}': {first['msg']}.") from None
