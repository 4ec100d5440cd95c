"""The expert: asks least to most, and reports what came back as cues."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import time
from typing import Any

from clues.cue import Cue
from clues.knowledge import KnowledgeBase, load_kb
from clues.photo import Photo
from clues.regions import RegionGraph, load_regions
from detectors.vision_language import answers, evidence
from detectors.vision_language.client import Client, Limits, Message, ModelError
from detectors.vision_language.endpoint import check_consent, read_endpoint
from detectors.vision_language.prompts import STEPS, SYSTEM, Question, menu, observe

LONG_SIDE = 1024
_QUALITY = 85
_MODEL_SHOWN = 40


class VisionLanguageDetector:
    """Reports what a vision-language model names, as soft evidence and never the verdict.

    Parameters
    ----------
    client
        Of an endpoint to which the user lets photos go.
    kb, world
        What its answers may name; the shipped ones by default.
    """

    name = evidence.NAME

    def __init__(
        self, client: Client, kb: KnowledgeBase | None = None, world: RegionGraph | None = None
    ) -> None:
        self.client = client
        self.world = world or load_regions()
        self.offered = menu((kb or load_kb()).variables)
        self.variables = frozenset({*self.offered, evidence.COUNTRY, evidence.PLACE})
        self._questions = (observe(self.offered), *STEPS)
        self._photos = 0
        asked = [client.endpoint.url, client.endpoint.model, *(q.words for q in self._questions)]
        self.version = hashlib.sha256("\n".join(asked).encode()).hexdigest()[:12]

    def detect(self, photo: Photo) -> list[Cue]:
        """Return the cues; what was answered before something went wrong counts.

        Raises
        ------
        ModelError
            If the model names nothing at all.
        """
        self._photos += 1
        talk = _Talk(self.client, photo)
        found, problem = self._answers(talk)
        says = f"{self.client.endpoint.model[:_MODEL_SHOWN]} says"
        if problem is not None:
            if not found:
                raise problem
            says = f"{says} (then: {problem})"
        return list(self._cues(found, says))

    def _answers(self, talk: _Talk) -> tuple[dict[str, Any], ModelError | None]:
        """Ask step by step, each with the answers so far; stop where the model cannot tell."""
        found: dict[str, Any] = {}
        for question in self._questions:
            try:
                raw = talk.ask(question)
            except ModelError as error:
                return found, error
            answer = self._read(question.step, raw)
            if answer:
                found[question.step] = answer
            elif question.step == "country":
                break
        return found, None

    def _read(self, step: str, raw: dict[str, Any]) -> Any:
        if step == "seen":
            return answers.read_seen(raw, self.offered)
        if step == "country":
            return answers.read_country(raw, self.world)
        return answers.read_spot(raw) if step == "exact" else answers.read_name(raw, step)

    def _cues(self, found: dict[str, Any], says: str) -> list[Cue]:
        cues = list(evidence.of_seen(found.get("seen", ()), says))
        country = found.get("country")
        if country is None:
            return cues
        place = evidence.of_place(
            country, found.get("city"), found.get("neighbourhood"), found.get("exact"), says
        )
        return [*cues, evidence.of_country(country, says), *([place] if place else [])]

    def spent(self) -> str:
        """Return what was asked so far, and what that took."""
        usage, endpoint = self.client.usage, self.client.endpoint
        most = self._photos * most_calls(self.client.limits)
        tokens = usage.prompt_tokens + usage.answer_tokens
        counted = f"{tokens:,} tokens" if tokens else "no tokens reported"
        photos = "1 photo" if self._photos == 1 else f"{self._photos} photos"
        return (
            f"{endpoint.model[:_MODEL_SHOWN]} at {endpoint.host}: {photos}, "
            f"{usage.calls} requests (at most {most}), {counted}."
        )


class _Talk:
    """One conversation about one photo."""

    def __init__(self, client: Client, photo: Photo) -> None:
        self._client = client
        self._deadline = time.monotonic() + client.limits.photo_s
        self._photo: Message | None = {
            "type": "image_url",
            "image_url": {"url": f"data:image/jpeg;base64,{_encoded(photo)}"},
        }
        self._messages: list[Message] = [{"role": "system", "content": SYSTEM}]

    def ask(self, question: Question) -> dict[str, Any]:
        """Return the object that answers a question; what follows will come with it."""
        content: Any = question.words
        if self._photo is not None:
            content, self._photo = [{"type": "text", "text": question.words}, self._photo], None
        self._messages.append({"role": "user", "content": content})
        if time.monotonic() >= self._deadline:
            raise ModelError(f"The model took over {self._client.limits.photo_s:.0f} s.")
        text = self._client.ask(self._messages, self._deadline)
        found = answers.read_object(text)
        shown = json.dumps(found or {}, ensure_ascii=False)[: answers.LONGEST_TURN]
        self._messages.append({"role": "assistant", "content": shown})
        if found is None and question.step == "country":
            raise ModelError(f'The model gave no answer that can be used: "{answers.brief(text)}".')
        return found or {}


def _encoded(photo: Photo) -> str:
    """Return the photo as a JPEG made anew from pixels, of bounded size, in base64."""
    image = photo.image()
    image.thumbnail((LONG_SIDE, LONG_SIDE))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=_QUALITY)
    return base64.b64encode(stream.getvalue()).decode()


def most_calls(limits: Limits) -> int:
    """Return the most requests for one photo."""
    return (1 + len(STEPS)) * limits.tries


def create(
    url: str | None = None,
    model: str | None = None,
    *,
    consent: bool = False,
    limits: Limits = Limits(),
) -> VisionLanguageDetector:
    """Make the expert; nothing is sent before its first photo.

    Parameters
    ----------
    url, model
        Base URL of an OpenAI-compatible server, and the model's name there; from the environment
        (``CLUES_MODEL_URL``, ``CLUES_MODEL``) if not given. A key is read from
        ``CLUES_MODEL_KEY``.
    consent
        Whether photos may be sent to another machine; ``CLUES_SEND_PHOTO=yes`` says so as well.
        A server on this machine needs none.
    limits
        What one photo may cost.

    Raises
    ------
    ConsentError
        If photos would leave this machine and nobody has agreed.
    CluesError
        If the address or the model's name is missing or wrong.
    """
    endpoint = read_endpoint(url, model)
    check_consent(endpoint, consent, most_calls(limits))
    return VisionLanguageDetector(Client(endpoint, limits))
