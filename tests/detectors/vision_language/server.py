"""A real HTTP server in a thread that speaks the protocol, and misbehaves on request."""

import base64
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image

GOOD = (
    {"seen": [
        {"cue": "traffic.driving-side", "value": "left", "reason": "Cars keep to the left."},
        {"cue": "text.domain", "value": ".jp", "reason": "A van shows an address."},
    ]},
    {"country": "JP", "alternatives": ["TW", "KR"], "reason": "Kana on the signs."},
    {"city": "Nagoya", "alternatives": ["Toyota"], "reason": "A sign names it."},
    {"neighbourhood": None, "reason": ""},
    {"lat": 35.17, "lon": 136.9, "reason": "Near the station."},
)  # fmt: skip


def completion(content: Any, **message: Any) -> bytes:
    """Return the body of an answer, as servers of this protocol write it."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}}
    usage = {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}
    return json.dumps({"object": "chat.completion", "choices": [choice], "usage": usage}).encode()


@dataclass
class Reply:
    """What the server sends for one request."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None
    drip_s: float = 0.0


def good(**changes: Any) -> list[Reply]:
    """Return good answers, one of which may be given anew by its step."""
    steps = ("seen", "country", "city", "neighbourhood", "exact")
    answers = [changes.get(step, own) for step, own in zip(steps, GOOD, strict=True)]
    return [a if isinstance(a, Reply) else Reply(completion(a)) for a in answers]


@dataclass
class Server:
    """Where it listens, what it will say, and what it was sent."""

    url: str
    script: list[Reply] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def sent_photo(self) -> Image.Image:
        """Return the photo in the first request."""
        (part,) = [p for p in self.requests[0]["messages"][1]["content"] if "image_url" in p]
        head, data = part["image_url"]["url"].split(",", 1)
        assert head == "data:image/jpeg;base64"
        return Image.open(io.BytesIO(base64.b64decode(data)))


def _handler(server: Server, stop: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.paths.append(self.path)
            server.headers.append(dict(self.headers))
            server.requests.append(json.loads(body or b"{}"))
            reply = server.script.pop(0)
            reply.before()
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                if not reply.drip_s:
                    self.wfile.write(reply.body)
                for byte in reply.body if reply.drip_s else b"":
                    self.wfile.write(bytes([byte]))
                    if stop.wait(reply.drip_s):
                        break
            except OSError:
                pass  # the client has heard enough

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def serving(address: str = "127.0.0.1") -> Iterator[Server]:
    """Serve at an address of this machine."""
    stop = threading.Event()
    record = Server("")
    with ThreadingHTTPServer((address, 0), _handler(record, stop)) as http:
        record.url = f"http://{address}:{http.server_address[1]}/v1"
        thread = threading.Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield record
        finally:
            stop.set()
            http.shutdown()
            thread.join()
