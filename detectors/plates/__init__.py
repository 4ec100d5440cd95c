"""Number plates: where they are, what they say and which colours they have."""
