"""Measure Clues: golden scenes, photos with known places, metrics."""
