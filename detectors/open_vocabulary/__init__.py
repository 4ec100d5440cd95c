"""Open vocabulary: the prompts of the knowledge base, looked for by YOLO-World."""

from detectors.open_vocabulary.detector import OpenVocabularyDetector, create

__all__ = ["OpenVocabularyDetector", "create"]
