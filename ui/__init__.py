"""The explainer app: Streamlit wiring and views only; the library does the work."""
