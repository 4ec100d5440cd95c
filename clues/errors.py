"""The errors that a user of Clues may see: one clear sentence each."""


class CluesError(Exception):
    """A problem the user can mend. The message says what, where and how to mend it."""


class PhotoError(CluesError):
    """A photo that cannot be opened safely."""


class KnowledgeError(CluesError):
    """A knowledge base that cannot be read; the message lists every problem, one a line."""


class UnknownRegionError(CluesError):
    """A region code or name that the region graph does not hold."""


class UnknownCueError(CluesError):
    """A cue variable or value that the knowledge base does not define."""


class MissingExtraError(CluesError):
    """An optional dependency that the request needs is not installed."""


class ConsentError(CluesError):
    """A photo would leave this machine, and nobody has said yes."""


def reason(error: Exception) -> str:
    """Return why something failed, for a sentence that already names the file."""
    match error:
        case FileNotFoundError():
            return "no such file; check the path"
        case IsADirectoryError():
            return "this is a folder; name a file"
        case OSError(strerror=str(words)):
            return words
        case _:
            return str(error)


def brief_reason(error: Exception, most: int = 120) -> str:
    """Return why something failed on one line of so many letters: others' messages may be pages."""
    return " ".join(reason(error).split())[:most] or type(error).__name__
