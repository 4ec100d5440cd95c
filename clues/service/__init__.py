"""The HTTP service of `clues serve`: a photo or cues in, the command line's JSON out."""
