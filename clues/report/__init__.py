"""Reports: records turned into JSON, terminal text, HTML, Markdown, tables and map files."""
