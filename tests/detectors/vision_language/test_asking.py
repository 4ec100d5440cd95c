"""Asking over real HTTP: good answers, bad answers, none, and what is sent."""

import itertools
import json
import socket
import time

import pytest

from clues.errors import CluesError, ConsentError
from detectors.vision_language import create
from detectors.vision_language import detector as detector_module
from detectors.vision_language.client import Limits, ModelError
from detectors.vision_language.detector import LONG_SIDE
from tests.detectors.vision_language.server import GOOD, Reply, completion, good

REMOTE = "https://models.example/v1"


def cues_of(detector, photo):
    found = detector.detect(photo)
    assert {cue.variable for cue in found} <= detector.variables
    for cue in found:
        detector_module.load_kb().check(cue)
    return {cue.variable: cue for cue in found}


def test_good_answers_become_cues_of_their_variables(server, photo):
    server.script = good()
    detector = create(server.url, "tiny-vlm")
    cues = cues_of(detector, photo)
    assert set(cues) == {"traffic.driving-side", "text.domain", "model.country", "model.place"}
    assert cues["traffic.driving-side"].value == "left"
    assert cues["text.domain"].value == "jp"
    assert cues["model.country"].value == "JP"
    assert cues["model.country"].note == 'tiny-vlm says: "Kana on the signs."'
    assert cues["model.place"].value.startswith("geo:35.1")
    assert all(cue.detector == "vision_language" for cue in cues.values())
    assert "5 requests (at most 10), 5,250 tokens" in detector.spent()


def test_each_question_comes_with_the_answers_before_and_one_photo(server, photo):
    server.script = good()
    create(server.url, "tiny-vlm").detect(photo)
    assert server.paths == ["/v1/chat/completions"] * 5
    for asked, request in enumerate(server.requests):
        messages = request["messages"]
        assert request["model"] == "tiny-vlm"
        assert [m["role"] for m in messages[1:]] == ["user", "assistant"] * asked + ["user"]
        assert json.dumps(request).count("data:image/jpeg") == 1
        told = [json.loads(m["content"]) for m in messages if m["role"] == "assistant"]
        assert told == list(GOOD[:asked])


def test_what_is_sent_is_a_small_new_picture_without_metadata_or_name(server, photo):
    server.script = good()
    create(server.url, "tiny-vlm").detect(photo)
    sent = server.sent_photo()
    assert max(sent.size) == LONG_SIDE
    assert not sent.getexif()
    assert not {"exif", "xmp", "comment", "icc_profile"} & set(sent.info)
    assert "secret" not in json.dumps(server.requests)


def test_a_model_that_cannot_tell_is_asked_no_further(server, photo):
    server.script = good(country={"country": None})
    cues = cues_of(create(server.url, "m"), photo)
    assert set(cues) == {"traffic.driving-side", "text.domain"}
    assert len(server.requests) == 2


def test_a_slow_server_is_given_up(server, photo):
    server.script = [Reply(completion(GOOD[0]), before=lambda: time.sleep(0.6))]
    detector = create(server.url, "m", limits=Limits(call_s=0.2))
    with pytest.raises(ModelError, match="did not answer in time"):
        detector.detect(photo)
    assert len(server.requests) == 1


def test_a_dripping_server_is_given_up(server, photo):
    server.script = [Reply(completion(GOOD[0]), drip_s=0.02)]
    start = time.monotonic()
    with pytest.raises(ModelError, match="did not answer in time"):
        create(server.url, "m", limits=Limits(call_s=0.3)).detect(photo)
    assert time.monotonic() - start < 3


def test_the_time_for_a_photo_bounds_all_questions_together(server, photo):
    server.script = good(country=Reply(completion(GOOD[1]), before=lambda: time.sleep(0.5)))
    detector = create(server.url, "m", limits=Limits(photo_s=0.4))
    cues = cues_of(detector, photo)
    assert set(cues) == {"traffic.driving-side", "text.domain"}
    assert "did not answer in time" in cues["text.domain"].note


@pytest.mark.parametrize(
    "reply",
    [Reply(completion(None, refusal="I can't help with locating photos.")),
     Reply(completion("I'm sorry, but I can't help with that."))],
    ids=["field", "prose"],
)  # fmt: skip
def test_a_refusal_is_said_and_what_was_seen_counts(server, photo, reply):
    server.script = good(country=reply)
    cues = cues_of(create(server.url, "m"), photo)
    assert set(cues) == {"traffic.driving-side", "text.domain"}
    assert "can't help" in cues["text.domain"].note
    assert len(server.requests) == 2


def test_a_busy_server_is_asked_once_more_after_the_pause_it_asks_for(server, photo):
    server.script = [Reply(status=429, headers={"Retry-After": "0"}), *good()]
    detector = create(server.url, "m")
    assert "model.country" in cues_of(detector, photo)
    assert "6 requests (at most 10)" in detector.spent()


@pytest.mark.parametrize("pause", ["3600", "9" * 400, "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_long_pause_is_not_waited_for(server, photo, pause):
    server.script = [Reply(status=429, headers={"Retry-After": pause})]
    start = time.monotonic()
    with pytest.raises(ModelError, match="HTTP error 429"):
        create(server.url, "m").detect(photo)
    assert time.monotonic() - start < 3
    assert len(server.requests) == 1


def test_an_error_of_the_server_is_tried_twice_and_said_without_the_key(server, photo, monkeypatch):
    monkeypatch.setenv("CLUES_MODEL_KEY", "sk-very-secret")
    said = {"error": {"message": "bad key sk-very-secret\x1b[2J"}}
    again = Reply(json.dumps(said).encode(), 500, {"Retry-After": "0"})
    server.script = [again, again]
    detector = create(server.url, "m")
    with pytest.raises(ModelError) as caught:
        detector.detect(photo)
    assert "HTTP error 500: bad key (key) [2J" in str(caught.value)
    assert server.headers[0]["Authorization"] == "Bearer sk-very-secret"
    assert "secret" not in repr(detector.client.endpoint) + detector.spent()
    assert len(server.requests) == 2


def test_a_request_that_is_wrong_is_not_repeated(server, photo):
    server.script = [Reply(b"<html>", 404)]
    with pytest.raises(ModelError, match="HTTP error 404"):
        create(server.url, "m").detect(photo)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server, photo, status):
    server.script = [Reply(status=status, headers={"Location": f"{server.url}/elsewhere"})]
    with pytest.raises(ModelError, match="not followed"):
        create(server.url, "m").detect(photo)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"null", b'{"choices": []}', b'{"choices": [{"message": 5}]}',
     b"[" * 100_000, b"\xff\xfe", b'{"error": "no model loaded"}'],
)  # fmt: skip
def test_a_body_outside_the_protocol_is_said_in_one_sentence(server, photo, body):
    server.script = [Reply(body)]
    with pytest.raises(ModelError, match="does not follow the protocol"):
        create(server.url, "m").detect(photo)


def test_a_huge_body_is_not_read(server, photo):
    server.script = [Reply(b" " * 50_000_000)]
    with pytest.raises(ModelError, match="over 262144 bytes"):
        create(server.url, "m").detect(photo)


def test_malformed_observations_do_not_stop_the_questions(server, photo):
    server.script = good(seen='{"seen": [{"cue": "traffic.driving-side", "val')
    assert set(cues_of(create(server.url, "m"), photo)) == {"model.country", "model.place"}


def test_a_server_that_is_not_there_is_said(photo):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ModelError, match="cannot be reached"):
        create(url, "m").detect(photo)


def test_a_proxy_never_sees_what_goes_to_this_machine(server, photo, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.script = good()
    assert "model.country" in cues_of(create(server.url, "m"), photo)


def test_nothing_can_be_sent_elsewhere_without_consent(monkeypatch):
    with pytest.raises(ConsentError, match=r"sent to models\.example, .* 10 requests"):
        create(REMOTE, "m")
    with pytest.raises(ConsentError, match="not encrypted"):
        create("http://192.168.0.7:8080", "m")
    assert create(REMOTE, "m", consent=True).client.endpoint.host == "models.example"
    monkeypatch.setenv("CLUES_SEND_PHOTO", "yes")
    assert create(REMOTE, "m").client.usage.calls == 0


@pytest.mark.parametrize(
    "url",
    ["http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://127.0.0.1@evil.x",
     "http://[::ffff:8.8.8.8]", "http://0.0.0.0"],
)  # fmt: skip
def test_what_only_looks_like_this_machine_needs_consent_too(url):
    with pytest.raises(CluesError, match=r"would be sent to|more than a host"):
        create(url, "m")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost:1/v1", "http://[::1]:1"])
def test_this_machine_needs_no_consent(url):
    assert create(url, "m").client.endpoint.url.endswith(":1/v1/chat/completions")


@pytest.mark.parametrize(
    "url",
    ["", "ftp://127.0.0.1", "file:///etc/passwd", "127.0.0.1:8080", "http://", "http://a b",
     "http://127.0.0.1:99999", "http://127.0.0.1/?key=1", "http://127.0.0.1/\r\nX: 1"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(CluesError, match=r"an address|is no address|more than a host"):
        create(url, "m")


def test_a_key_travels_encrypted_only(monkeypatch):
    monkeypatch.setenv("CLUES_MODEL_KEY", "sk-x")
    with pytest.raises(CluesError, match="https only"):
        create("http://192.168.0.7:8080", "m", consent=True)


def test_tokens_that_are_nonsense_count_for_nothing(server, photo):
    usages = [{"prompt_tokens": -5}, {"prompt_tokens": "9"}, [], None, {"prompt_tokens": 10**12}]
    replies = []
    for reply, usage in zip(good(), itertools.cycle(usages), strict=False):
        replies.append(Reply(json.dumps({**json.loads(reply.body), "usage": usage}).encode()))
    server.script = replies
    detector = create(server.url, "m")
    detector.detect(photo)
    assert "no tokens reported" in detector.spent()
