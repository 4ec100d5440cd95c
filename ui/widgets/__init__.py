"""Views of single records: map, photo, ranking, ledger, questions."""
