"""Read the bodies of requests within bounds."""

import asyncio
import contextlib

from fastapi import Request
from starlette.requests import ClientDisconnect

LONGEST_JSON = 1_000_000
_DRAIN_S = 2.0


class RefusalError(Exception):
    """An answer other than 200, with its sentence."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers


async def read_body(request: Request, most: int, seconds: float) -> bytes:
    """Read the body, bounded in size and time, whatever its headers say."""
    too_large = RefusalError(
        413, f"the body is over the limit of {most:,} bytes; send a smaller one."
    )
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > most:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise too_large
    except ClientDisconnect:  # nobody reads this answer; the log shows its status
        raise RefusalError(400, "the client went away before its body was here.") from None
    except TimeoutError:
        raise RefusalError(408, f"the body took over {seconds:.0f} s to arrive.") from None
    return bytes(body)


async def drain(request: Request) -> None:
    """Read a small body that is not wanted: a client that still sends would miss the answer."""
    with contextlib.suppress(RefusalError):
        await read_body(request, LONGEST_JSON, _DRAIN_S)
