"""The service as an ASGI application.

    POST /locate   a photo's bytes (Content-Type image/...), or cues as JSON
    GET  /health   the process lives
    GET  /ready    models are loaded: send requests now

Photos stay in memory. Log lines are JSON and say what happened, never what was seen.
"""

import asyncio
import hmac
import json
import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import numpy as np
from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from clues import __version__
from clues.cue import Cue
from clues.errors import CluesError
from clues.photo import Photo, open_photo
from clues.pipeline import Locator
from clues.report.build import build
from clues.report.json import to_json
from clues.report.private import without_plate_text
from clues.service.body import LONGEST_JSON, RefusalError, drain, read_body
from clues.service.limits import BusyError, Desk, ServiceSettings
from clues.service.schema import (
    MOST_PLACES,
    CuesRequest,
    Options,
    PhotoOptions,
    request_body,
    responses,
)

_LOG = logging.getLogger("clues.service")
_PHOTO_TYPES = ("image/", "application/octet-stream")


class Service:
    """Locates for the application; made before the models are loaded."""

    def __init__(self, settings: ServiceSettings, make: Callable[[], Locator]) -> None:
        self.settings, self.desk = settings, Desk(settings)
        self.failed: str | None = None
        self._make = make
        self._locator: Locator | None = None

    @property
    def ready(self) -> bool:
        """Whether models are loaded."""
        return self._locator is not None

    def load(self) -> None:
        """Load knowledge base and models: networks load with the first photo, here a grey one."""
        try:
            locator = self._make()
            build(locator.locate(np.full((64, 64, 3), 127, np.uint8)))
            self._locator = locator
        except CluesError as error:
            self.failed = str(error)
            _LOG.error(json.dumps({"event": "cannot start", "error": str(error)}))

    def locate(self, photo: bytes | None, cues: list[Cue], options: Options) -> str:
        """Return the command line's JSON."""
        assert self._locator is not None
        opened: Photo | None = open_photo(photo, name="photo") if photo is not None else None
        if options.against is not None:
            self._locator.world.resolve(options.against)
        found = self._locator.locate(
            opened,
            cues=cues,
            prior=options.prior,
            within=options.within or None,
            without=options.without,
        )
        report = build(found, options.top, against=options.against)
        return to_json(report if options.keep_plates else without_plate_text(report), indent=None)


def create_app(
    settings: ServiceSettings | None = None, make: Callable[[], Locator] = Locator
) -> FastAPI:
    """Return the application.

    Parameters
    ----------
    settings
        Limits and key.
    make
        Makes the locator, in a thread, while `/ready` says no.
    """
    service = Service(settings or ServiceSettings(), make)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loading = asyncio.create_task(asyncio.to_thread(service.load))
        yield
        loading.cancel()
        service.desk.close()

    app = FastAPI(
        title="Clues",
        version=__version__,
        description="Where on Earth was this photo taken, and which clues say so?",
        lifespan=lifespan,
        docs_url=None,  # its scripts would come from another host
        redoc_url=None,
    )
    app.state.service = service
    _add_errors(app)
    app.middleware("http")(_logged)
    _add_routes(app, service)
    return app


def _add_routes(app: FastAPI, service: Service) -> None:
    @app.get("/health", tags=["state"])
    async def health() -> dict[str, str]:
        """The process lives."""
        return {"status": "ok"}

    @app.get("/ready", tags=["state"], responses={503: {"description": "Not ready"}})
    async def ready() -> JSONResponse:
        """Models are loaded."""
        if service.ready:
            return JSONResponse({"status": "ready"})
        text = service.failed or "loading"
        return JSONResponse({"status": text}, 503, headers={"Retry-After": "5"})

    @app.post(
        "/locate",
        tags=["locate"],
        responses=responses(),
        openapi_extra=request_body(),
        response_class=Response,
        dependencies=[Depends(_key_check(service.settings))],
    )
    async def locate(request: Request, options: Annotated[PhotoOptions, Query()]) -> Response:
        """Locate a photo, or a set of cues, and say why."""
        return await _locate(service, request, options)


async def _locate(service: Service, request: Request, options: PhotoOptions) -> Response:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    as_json = kind == "application/json"
    if not as_json and not kind.startswith(_PHOTO_TYPES):
        raise RefusalError(
            415, "send a photo (Content-Type image/jpeg ...) or cues (application/json)."
        )
    if not service.ready:
        raise RefusalError(503, service.failed or "the models are loading.", {"Retry-After": "5"})
    try:
        return await _in_turn(service, request, options, as_json=as_json)
    except BusyError:
        await drain(request)
        raise


async def _in_turn(
    service: Service, request: Request, options: PhotoOptions, *, as_json: bool
) -> Response:
    async with service.desk.place():
        most = LONGEST_JSON if as_json else service.settings.max_bytes
        body = await read_body(request, most, service.settings.upload_s)
        photo, cues, chosen = None if as_json else body, _cues(options.cue), Options()
        if as_json:
            asked, seen = _parse(body)
            cues, chosen = cues + seen, asked
        else:
            chosen = options
        _check_places(cues)
        text = await service.desk.work(lambda: service.locate(photo, cues, chosen))
    return Response(text, media_type="application/json")


def _parse(body: bytes) -> tuple[CuesRequest, list[Cue]]:
    try:
        asked = CuesRequest.model_validate_json(body)
        return asked, [one.as_cue() for one in asked.cues]
    except ValidationError as error:
        raise RefusalError(422, _sentence(error.errors(include_url=False))) from None


def _cues(texts: list[str]) -> list[Cue]:
    try:
        return [Cue.from_text(text) for text in texts]
    except ValueError:
        raise RefusalError(
            422, "cue: write VARIABLE=VALUE, such as traffic.driving-side=left."
        ) from None


def _check_places(cues: list[Cue]) -> None:
    """Refuse more cues with places than are worked out in a moment: each speaks of every leaf."""
    if sum(any(key.startswith("geo:") for key in cue.likelihood) for cue in cues) > MOST_PLACES:
        raise RefusalError(
            422, f"cues: at most {MOST_PLACES} of them may be places (geo:LAT,LON); send fewer."
        )


def _key_check(settings: ServiceSettings) -> Callable[[Request], Awaitable[None]]:
    async def check(request: Request) -> None:
        if settings.api_key is None:
            return
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        shown = request.headers.get("x-api-key") or bearer
        # bytes of any length: the time taken does not tell how much of the key is right
        if not hmac.compare_digest(shown.encode(), settings.api_key.encode()):
            raise RefusalError(
                401, "show the API key in the header X-API-Key.", {"WWW-Authenticate": "Bearer"}
            )

    return check


def _add_errors(app: FastAPI) -> None:
    def answer(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
        return JSONResponse({"error": message}, status, headers=headers)

    @app.exception_handler(RefusalError)
    async def refused(_: Request, error: RefusalError) -> JSONResponse:
        return answer(error.status, str(error), error.headers)

    @app.exception_handler(BusyError)
    async def busy(_: Request, error: BusyError) -> JSONResponse:
        return answer(503, str(error), {"Retry-After": str(error.retry_after_s)})

    @app.exception_handler(HTTPException)
    async def unrouted(_: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers) if error.headers else None
        return answer(error.status_code, f"{error.detail.lower()}.", headers)

    @app.exception_handler(CluesError)
    async def wrong(_: Request, error: CluesError) -> JSONResponse:
        return answer(400, str(error))

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        return answer(422, _sentence(error.errors()))

    @app.exception_handler(TimeoutError)
    async def late(_: Request, error: TimeoutError) -> JSONResponse:
        return answer(504, "it took too long; send a smaller photo, or try again later.")

    @app.exception_handler(Exception)
    async def crash(_: Request, error: Exception) -> JSONResponse:
        _LOG.error(json.dumps({"event": "crash", "kind": type(error).__name__}))
        return answer(500, "an error of ours; it was written to the log.")


def _sentence(errors: Any) -> str:
    first = errors[0]
    where = ".".join(str(step) for step in first["loc"] if step not in ("query", "body"))
    return f"{where[:120] or 'body'}: {first['msg'].lower()[:200]}."


async def _logged(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Write one line a request: what, how long, how it ended. No content, no address, no query."""
    start, name = time.perf_counter(), uuid.uuid4().hex[:12]
    status = 500
    try:
        response = await call_next(request)
        status = response.status_code
        response.headers["X-Request-Id"] = name
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response
    finally:
        route = request.scope.get("route")
        line = {
            "event": "request",
            "id": name,
            "method": request.method,
            "path": getattr(route, "path", "unknown"),
            "status": status,
            "ms": round(1000 * (time.perf_counter() - start), 1),
        }
        _LOG.info(json.dumps(line))
