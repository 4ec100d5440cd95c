"""Ask a vision-language model that the user names, least to most; its answers are soft evidence."""

from detectors.vision_language.detector import VisionLanguageDetector, create

__all__ = ["VisionLanguageDetector", "create"]
