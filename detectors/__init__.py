"""The learned eyes of Clues: networks and OCR live here, behind `clues.detector.Detector`."""
