"""`clues serve`: the HTTP service."""

import importlib.util
import os
from typing import Annotated

import typer

from clues.cli.complaint import complain
from clues.errors import CluesError, MissingExtraError

_KEY = "CLUES_API_KEY"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(message)s"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "clues.service": {"handlers": ["err"], "level": "INFO", "propagate": False},
        "uvicorn.error": {"handlers": ["err"], "level": "WARNING", "propagate": False},
    },
}


def serve(
    host: Annotated[str, typer.Option(help="Address; this computer alone by default.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Photos at once.")] = 1,
    queue: Annotated[int, typer.Option(min=0, max=1000, help="Requests that may wait.")] = 16,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for a request.")] = 60.0,
) -> None:
    """Serve POST /locate over HTTP: a photo or cues in, the JSON of `clues locate` out.

    Clients must show the key in the environment variable CLUES_API_KEY, if it is set.
    """
    missing = [name for name in ("fastapi", "uvicorn") if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"the service needs {' and '.join(missing)}; type: pip install 'clues[serve,detect]'"
        )
    import uvicorn

    from clues.service.app import create_app
    from clues.service.limits import KEEP_ALIVE_S, ServiceSettings

    key = os.environ.get(_KEY) or None
    if key is not None and len(key) < 16:
        raise CluesError(f"{_KEY}: is shorter than 16 characters; choose a longer one.")
    if host not in _LOOPBACK and key is None:
        complain(f"Anyone who reaches {host}:{port} may use this service; set {_KEY} to ask a key.")
    settings = ServiceSettings(workers=workers, queue=queue, timeout_s=timeout, api_key=key)
    typer.echo(f"listening on http://{host}:{port} (POST /locate, /health, /ready)", err=True)
    uvicorn.run(
        create_app(settings),
        host=host,
        port=port,
        log_config=_LOGGING,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=15,
    )
