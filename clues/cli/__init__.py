"""The command line. It parses options and picks a renderer; the library does the work."""
