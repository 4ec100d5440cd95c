"""The Streamlit app: wiring and views only."""
