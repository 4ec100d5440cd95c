"""The golden scenes. The ratchet only falls: lower it as scenes are mended."""

from collections import Counter

from clues.evaluation.golden import run_scenes
from clues.inference import Engine, Tables
from clues.knowledge import load_kb
from clues.knowledge.scenes import load_scenes
from clues.paths import KB_DIR
from clues.regions import load_regions

FAILING = 0


def test_no_more_scenes_fail_than_before():
    scenes, problems = load_scenes(KB_DIR / "scenes")
    assert problems == []
    results = run_scenes(Engine(Tables(load_kb(), load_regions())), scenes)
    failed = [
        f"{r.scene.file}:{r.scene.line} {'; '.join(r.failures)}" for r in results if r.failures
    ]
    assert len(failed) <= FAILING, "\n".join(failed)


def test_scenes_have_reasons_and_ids_of_their_own():
    scenes, _ = load_scenes(KB_DIR / "scenes")
    assert all(scene.says for scene in scenes)
    assert [i for i, n in Counter(scene.id for scene in scenes).items() if n > 1] == []
