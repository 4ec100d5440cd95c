import asyncio
import io
import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("fastapi")
from fastapi.testclient import TestClient

from clues.pipeline import Locator
from clues.service.app import create_app
from clues.service.limits import ServiceSettings
from clues.service.schema import EXAMPLE
from tests.clues.cli.conftest import PLATE, StubDetector


class SlowDetector(StubDetector):
    """Waits until it is let go."""

    def __init__(self):
        self.go = threading.Event()

    def detect(self, photo):
        if photo.width == 80:  # not the one that warms the service up
            self.go.wait(10)
        return super().detect(photo)


@pytest.fixture(scope="module")
def locator() -> Locator:
    return Locator(detectors=[StubDetector()])


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.full((60, 80, 3), 99, np.uint8)).save(stream, "JPEG")
    return stream.getvalue()


@contextmanager
def started(locator: Locator, **settings) -> Iterator[TestClient]:
    with TestClient(create_app(ServiceSettings(**settings), lambda: locator)) as client:
        for _ in range(500):
            if client.get("/ready").status_code == 200:
                break
            time.sleep(0.01)
        yield client


@pytest.fixture(scope="module")
def client(locator) -> Iterator[TestClient]:
    with started(locator, max_bytes=100_000) as client:
        yield client


PHOTO = {"content-type": "image/jpeg"}


def test_a_photo_gives_the_json_of_the_command_line(client, jpeg):
    answer = client.post(
        "/locate?top=2&cue=traffic.driving-side=right", content=jpeg, headers=PHOTO
    )
    assert answer.status_code == 200
    found = answer.json()
    assert found["country"] == "ES"
    assert len(found["top"]["country"]) == 2
    assert found["photo"]["width"] == 80
    assert {cue["detector"] for cue in found["cues"]} == {"ocr", "person"}
    assert PLATE not in answer.text
    kept = client.post("/locate?keep_plates=true", content=jpeg, headers=PHOTO)
    assert PLATE in kept.text


def test_cues_alone_are_located_and_the_example_of_the_spec_works(client):
    answer = client.post("/locate", json=EXAMPLE)
    assert answer.status_code == 200
    assert answer.json()["country"] == "TH"
    assert answer.json()["photo"] is None


@pytest.mark.parametrize(
    ("status", "arguments"),
    [
        (400, {"content": b"no photo", "headers": PHOTO}),
        (400, {"content": b"", "headers": PHOTO}),
        (400, {"json": {"cues": [{"variable": "no.such"}]}}),
        (400, {"json": {**EXAMPLE, "within": ["Atlantis"]}}),
        (400, {"json": {**EXAMPLE, "against": "nowhere"}}),
        (413, {"content": bytes(100_001), "headers": PHOTO}),
        (415, {"content": b"x", "headers": {"content-type": "text/plain"}}),
        (415, {"content": b"x", "headers": {"content-type": ""}}),
        (422, {"json": {"cues": []}}),
        (422, {"json": {"cues": [{"variable": "text.script", "likelihood": {"latin": 0}}]}}),
        (422, {"content": b"\xff{", "headers": {"content-type": "application/json"}}),
        (422, {"json": {**EXAMPLE, "prior": "/etc/passwd"}}),
        (422, {"json": {**EXAMPLE, "unknown": 1}}),
        (422, {"json": {"cues": [{"variable": "text.place-name", "value": "geo:4,5;u=9"}] * 21}}),
        (422, {"content": b"{", "headers": {"content-type": "application/json"}}),
    ],
)
def test_bad_requests_are_one_sentence(client, status, arguments):
    answer = client.post("/locate", **arguments)
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    assert "\n" not in answer.json()["error"]


def test_a_file_of_the_server_cannot_be_named_as_prior(client, jpeg):
    answer = client.post("/locate?prior=/etc/passwd.csv", content=jpeg, headers=PHOTO)
    assert answer.status_code == 422


def test_a_body_larger_than_it_says_is_cut_off(client):
    def chunks():
        for _ in range(50):
            yield bytes(10_000)

    assert client.post("/locate", content=chunks(), headers=PHOTO).status_code == 413


def test_the_key_is_asked_for_locating_alone(locator, jpeg):
    with started(locator, api_key="correct horse battery") as client:
        assert client.get("/health").status_code == 200
        for shown in ({}, {"x-api-key": "correct"}, {"authorization": "Bearer wrong"}):
            answer = client.post("/locate", content=jpeg, headers={**PHOTO, **shown})
            assert answer.status_code == 401
        for shown in ({"x-api-key": "correct horse battery"},
                      {"authorization": "Bearer correct horse battery"}):  # fmt: skip
            assert (
                client.post("/locate", content=jpeg, headers={**PHOTO, **shown}).status_code == 200
            )


def test_a_full_queue_says_when_to_come_back_and_nothing_is_lost(jpeg):
    detector = SlowDetector()
    with started(Locator(detectors=[detector]), workers=1, queue=2) as client:
        answers: list[int] = []

        def ask():
            answer = client.post("/locate", content=jpeg, headers=PHOTO)
            if answer.status_code == 503:
                assert int(answer.headers["retry-after"]) >= 1
            answers.append(answer.status_code)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        while len(answers) < 5:
            time.sleep(0.01)
        detector.go.set()
        for thread in threads:
            thread.join()
    assert sorted(answers) == [200] * 3 + [503] * 5


def test_what_takes_too_long_is_answered_and_keeps_its_place(jpeg):
    detector = SlowDetector()
    with started(Locator(detectors=[detector]), workers=1, queue=0, timeout_s=1.0) as client:
        assert client.post("/locate", content=jpeg, headers=PHOTO).status_code == 504
        assert client.post("/locate", content=jpeg, headers=PHOTO).status_code == 503
        detector.go.set()
        for _ in range(200):
            if client.post("/locate", json=EXAMPLE).status_code == 200:
                break
            time.sleep(0.05)
        else:
            raise AssertionError("the place was never given back")


def test_logs_are_json_without_what_was_sent(client, jpeg, caplog):
    with caplog.at_level(logging.INFO, "clues.service"):
        client.post("/locate?within=ES&cue=text.script=latin", content=jpeg, headers=PHOTO)
    lines = [json.loads(record.message) for record in caplog.records]
    assert [line["status"] for line in lines] == [200]
    assert set(lines[0]) == {"event", "id", "method", "path", "status", "ms"}
    assert lines[0]["path"] == "/locate"


def test_a_client_that_goes_away_is_no_crash(locator, caplog):
    async def leave() -> None:
        app = create_app(ServiceSettings(), lambda: locator)
        app.state.service.load()
        parts = iter([{"type": "http.request", "body": b"{", "more_body": True}])
        scope = {
            "type": "http", "method": "POST", "path": "/locate", "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
        }  # fmt: skip

        async def receive():
            return next(parts, {"type": "http.disconnect"})

        async def send(_):
            pass

        await app(scope, receive, send)
        assert app.state.service.desk._taken == 0

    with caplog.at_level(logging.INFO, logger="clues.service"):
        asyncio.run(leave())
    assert [json.loads(record.message)["event"] for record in caplog.records] == ["request"]


def test_an_unknown_path_or_method_is_told_as_other_refusals_are(client):
    assert client.get("/nowhere").json() == {"error": "not found."}
    refused = client.get("/locate")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert refused.json() == {"error": "method not allowed."}


def test_no_photo_touches_the_disk(client, jpeg, monkeypatch):
    import tempfile

    def refuse(*_, **__):
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    assert client.post("/locate", content=jpeg, headers=PHOTO).status_code == 200


def test_the_spec_names_every_answer(client):
    spec = client.get("/openapi.json").json()
    post = spec["paths"]["/locate"]["post"]
    assert {"200", "400", "401", "408", "413", "415", "422", "503", "504"} <= set(post["responses"])
    assert post["requestBody"]["content"]["application/json"]["examples"]
    assert "Retry-After" in post["responses"]["503"]["headers"]


def test_not_ready_while_loading_and_if_loading_failed(locator):
    from clues.errors import KnowledgeError

    def fail():
        raise KnowledgeError("kb: broken.")

    with TestClient(create_app(ServiceSettings(), fail)) as client:
        for _ in range(100):
            answer = client.get("/ready")
            if answer.json()["status"] == "kb: broken.":
                break
            time.sleep(0.01)
        assert answer.status_code == 503
        assert client.get("/health").status_code == 200
        assert client.post("/locate", json=EXAMPLE).status_code == 503
