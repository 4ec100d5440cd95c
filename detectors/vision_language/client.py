"""A small client of the OpenAI-compatible chat protocol, for servers that are not trusted."""

from __future__ import annotations

import email.utils
import http.client
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from clues.errors import CluesError
from detectors.vision_language.endpoint import Endpoint

Message = dict[str, Any]
_AGAIN = frozenset({429, 500, 502, 503, 504})
_CHUNK = 1 << 16
_ERROR_BYTES = 4096
_SHOWN = 160


class ModelError(CluesError):
    """The model could not be asked, or gave no answer that can be used."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one photo may cost.

    Attributes
    ----------
    call_s, photo_s
        Seconds to wait for one answer, and for all about one photo.
    wait_s
        The longest pause that a server may ask for before a second try.
    tries
        Requests for one question, at most.
    answer_bytes, answer_tokens
        The longest answer that is read, and that is asked for.
    """

    call_s: float = 120.0
    photo_s: float = 300.0
    wait_s: float = 20.0
    tries: int = 2
    answer_bytes: int = 256 * 1024
    answer_tokens: int = 800


@dataclass(slots=True)
class Usage:
    """Requests sent, and tokens as the server counts them."""

    calls: int = 0
    prompt_tokens: int = 0
    answer_tokens: int = 0

    def add(self, reported: object) -> None:
        """Add what an answer reports; servers that report nonsense, or nothing, add nothing."""
        counts = reported if isinstance(reported, dict) else {}
        self.prompt_tokens += _count(counts.get("prompt_tokens"))
        self.answer_tokens += _count(counts.get("completion_tokens"))


class Client:
    """Asks one endpoint.

    Redirects are not followed: they would take the photo and the key elsewhere. Nothing goes
    through a proxy to this machine itself.
    """

    def __init__(self, endpoint: Endpoint, limits: Limits = Limits()) -> None:
        self.endpoint = endpoint
        self.limits = limits
        self.usage = Usage()
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        if endpoint.is_loopback:
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def ask(self, messages: list[Message], deadline: float) -> str:
        """Return the text of the model's answer.

        Parameters
        ----------
        messages
            The conversation so far.
        deadline
            On the clock of `time.monotonic`.

        Raises
        ------
        ModelError
            With one sentence, whatever went wrong.
        """
        body = {
            "model": self.endpoint.model,
            "messages": messages,
            "max_tokens": self.limits.answer_tokens,
            "temperature": 0,
        }
        raw = self._send(json.dumps(body).encode(), deadline)
        try:
            document = json.loads(raw)
            message = document["choices"][0]["message"]
            text, refusal = message.get("content"), message.get("refusal")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            raise self._error("its answer does not follow the protocol") from None
        self.usage.add(document.get("usage"))
        if refusal or not isinstance(text, str) or not text.strip():
            reason = f": {refusal}" if isinstance(refusal, str) else ""
            raise self._error(f"it declined to answer{reason}")
        return text

    def _send(self, body: bytes, deadline: float) -> bytes:
        """Return the body of the answer; try again where the server is busy."""
        for left in reversed(range(self.limits.tries)):
            self.usage.calls += 1
            try:
                return self._post(body, deadline)
            except urllib.error.HTTPError as error:
                with error:
                    problem = self._http_error(error)
                    pause = self._pause(error, deadline) if left else None
                if pause is None:
                    raise problem from None
                time.sleep(pause)
            except TimeoutError:
                raise self._error("it did not answer in time") from None
            except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
                reason = getattr(error, "reason", None) or error
                if isinstance(reason, TimeoutError):
                    raise self._error("it did not answer in time") from None
                raise self._error(f"it cannot be reached ({reason})") from None
        raise AssertionError("tries is at least 1")

    def _post(self, body: bytes, deadline: float) -> bytes:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.endpoint.key:
            headers["Authorization"] = f"Bearer {self.endpoint.key}"
        request = urllib.request.Request(self.endpoint.url, body, headers, method="POST")
        end = min(deadline, time.monotonic() + self.limits.call_s)
        found = bytearray()
        with self._opener.open(request, timeout=max(end - time.monotonic(), 0.01)) as response:
            while chunk := response.read1(_CHUNK):
                found += chunk
                if len(found) > self.limits.answer_bytes:
                    raise self._error(f"its answer is over {self.limits.answer_bytes} bytes")
                if time.monotonic() > end:  # a server that drips keeps within each socket timeout
                    raise TimeoutError
        return bytes(found)

    def _http_error(self, error: urllib.error.HTTPError) -> ModelError:
        if 300 <= error.code < 400:
            return self._error(f"it points elsewhere ({error.code}), which is not followed")
        try:
            said = json.loads(error.read(_ERROR_BYTES))["error"]
            words = said.get("message", "") if isinstance(said, dict) else said
        except (ValueError, KeyError, TypeError, OSError, http.client.HTTPException):
            words = ""
        why = f": {words}" if isinstance(words, str) and words else ""
        return self._error(f"it answers with HTTP error {error.code}{why}")

    def _pause(self, error: urllib.error.HTTPError, deadline: float) -> float | None:
        """Return how long to wait before the next try; None if it is not worth it."""
        if error.code not in _AGAIN:
            return None
        pause = _retry_after(error.headers.get("Retry-After"))
        in_time = time.monotonic() + pause < deadline
        return pause if pause <= self.limits.wait_s and in_time else None

    def _error(self, what: str) -> ModelError:
        """Return an error in one short line; a server that repeats the key does not make us."""
        if self.endpoint.key:
            what = what.replace(self.endpoint.key, "(key)")
        what = "".join(c if c.isprintable() else " " for c in what)
        return ModelError(f"The model at {self.endpoint.host}: {' '.join(what.split())[:_SHOWN]}.")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _retry_after(text: str | None) -> float:
    """Return the seconds of a Retry-After header, a number or a date; 1 where there is none."""
    if text is None:
        return 1.0
    if text.strip().isdecimal():
        return float(text.strip()[:9])
    try:
        then = email.utils.parsedate_to_datetime(text)
        return max(then.timestamp() - time.time(), 0.0)
    except (TypeError, ValueError, OverflowError):
        return 1.0


def _count(value: object) -> int:
    sound = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
    return value if sound else 0  # type: ignore[return-value]
