"""`python -m clues` is the command line."""

from clues.cli.main import main

if __name__ == "__main__":
    main()
