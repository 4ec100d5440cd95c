"""GeoCLIP: which places on Earth a photo goes with, by the package `geoclip`."""

from detectors.geoclip.detector import GeoClipExpert, create

__all__ = ["GeoClipExpert", "create"]
