"""Where the model is asked, and whether a photo may be sent there."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from clues.errors import CluesError, ConsentError

URL = "CLUES_MODEL_URL"
MODEL = "CLUES_MODEL"
KEY = "CLUES_MODEL_KEY"
CONSENT = "CLUES_SEND_PHOTO"
_PATH = "/chat/completions"
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible chat endpoint and the model to ask there.

    Attributes
    ----------
    url
        Of the chat completions.
    model
        As the server names it.
    key
        Sent as a bearer token; never shown.
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """Host, and port if the URL gives one."""
        return urlsplit(self.url).netloc

    @property
    def is_loopback(self) -> bool:
        """Whether the photo stays on this machine."""
        name = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return name == "localhost"

    @property
    def is_encrypted(self) -> bool:
        """Whether what is sent is encrypted on the way."""
        return urlsplit(self.url).scheme == "https"


def read_endpoint(url: str | None, model: str | None) -> Endpoint:
    """Return the endpoint of a base URL such as ``http://127.0.0.1:8080/v1``.

    What is not given is read from the environment: ``CLUES_MODEL_URL``, ``CLUES_MODEL``. The key
    is read from ``CLUES_MODEL_KEY`` alone, so that it stands in no shell history.

    Raises
    ------
    CluesError
        If something is missing, the URL is none, or the key would travel in the clear.
    """
    url, model = url or os.environ.get(URL), model or os.environ.get(MODEL)
    if not url or not model:
        raise CluesError(
            "Asking a model needs an address and a model's name: "
            f"--ask-model URL --model NAME (or {URL} and {MODEL})."
        )
    found = Endpoint(_completions(url), model[:_LONGEST], os.environ.get(KEY) or None)
    if found.key and not (found.key.isascii() and found.key.isprintable()):
        raise CluesError(f"{KEY}: holds characters that no key has.")
    if found.key and not (found.is_encrypted or found.is_loopback):
        raise CluesError(f"{found.host}: the key in {KEY} is sent over https only.")
    return found


def _completions(url: str) -> str:
    shown = url[:80].split("?")[0]
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or len(url) > _LONGEST or not url.isprintable() or " " in url:
        raise CluesError(f"'{shown}' is no address; write one such as http://127.0.0.1:8080/v1")
    if parts.username or parts.query or parts.fragment:
        raise CluesError(
            f"The address of {parts.hostname} holds more than a host and a path; "
            f"a key goes into {KEY}."
        )
    path = parts.path.rstrip("/").removesuffix(_PATH) or "/v1"
    return urlunsplit((parts.scheme, parts.netloc, path + _PATH, "", ""))


def check_consent(endpoint: Endpoint, consent: bool, calls: int) -> None:
    """Refuse to send photos to another machine without a yes.

    Parameters
    ----------
    endpoint
        Where they would go.
    consent
        Whether the user said yes; ``CLUES_SEND_PHOTO=yes`` says it for scripts.
    calls
        The most requests for one photo.

    Raises
    ------
    ConsentError
        If nobody said yes; says what would be sent where.
    """
    if endpoint.is_loopback or consent or os.environ.get(CONSENT) == "yes":
        return
    way = "" if endpoint.is_encrypted else ", not encrypted"
    raise ConsentError(
        f"Each photo would be sent to {endpoint.host}{way}, scaled down and without metadata, in "
        f"up to {calls} requests that may cost money. Agree with --yes-send-photo, or {CONSENT}=yes"
    )
