"""Vehicles, signals and hydrants: objects of everyday photos, as calibrated cues."""

from detectors.vehicles.detector import VehicleDetector, create

__all__ = ["VehicleDetector", "create"]
