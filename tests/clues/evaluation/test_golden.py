from clues.evaluation.diff import as_markdown, as_rows, scene_changes
from clues.evaluation.golden import run_scenes
from clues.inference import Engine, Tables
from clues.knowledge.scenes import Expectation, Scene
from tests.tiny import tiny_kb, tiny_world

KB, WORLD = tiny_kb(), tiny_world()


def scene(name: str, language: str, **expect) -> Scene:
    return Scene(
        id=name, says="A reason.", cues={"text.language": language}, prior="population",
        expect=Expectation(**expect), file="scenes.yaml", line=3,
    )  # fmt: skip


def test_a_scene_passes_or_says_what_ranked_where():
    engine = Engine(Tables(KB, WORLD))
    good, bad = run_scenes(
        engine, [scene("a.good", "ja", first="JP"), scene("a.bad", "ja", first="FR")]
    )
    assert good.passed
    assert good.ranking[0][0] == "JP"
    assert "FR ranks" in bad.failures[0]


def test_a_scene_that_cannot_be_read_fails_with_the_reason():
    (result,) = run_scenes(Engine(Tables(KB, WORLD)), [scene("a.odd", "klingon", first="JP")])
    assert "klingon" in result.failures[0]


def test_a_change_of_the_knowledge_base_shows_in_the_scenes_that_it_moves():
    spanish = KB.by_id["text.language.spanish"]
    moved = KB.with_clues([spanish.model_copy(update={"where": {"FR": "usual"}})])
    scenes = [scene("a.spain", "es", first="ES"), scene("a.japan", "ja", first="JP")]
    changes = scene_changes(KB, moved, WORLD, scenes)
    assert (changes[0].verdict, changes[0].after.scene.id) == ("broken", "a.spain")
    assert as_rows(changes)[0][0] == "broken"
    assert "a.spain" in as_markdown(changes, "main")
    assert "No golden scene moves" in as_markdown([], "main")
