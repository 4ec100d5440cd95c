"""Training of the learned detectors: one module per model."""
