"""The tabs of the knowledge page."""
