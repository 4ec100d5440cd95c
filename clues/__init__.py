"""Clues: where on Earth a photo was taken, and which clues say so."""
