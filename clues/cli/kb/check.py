"""Check the knowledge base: lint, golden scenes, and what an edit changes."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from clues.cli.kb.options import Folder, MapFile, one_of
from clues.errors import CluesError, KnowledgeError, UnknownCueError, reason
from clues.paths import KB_DIR

if TYPE_CHECKING:
    from clues.evaluation.diff import SceneChange
    from clues.knowledge.lint import Issue
    from clues.knowledge.scenes import Scene


def lint(
    kb: Folder = KB_DIR,
    output: Annotated[str, typer.Option("--format", help="text or github.")] = "text",
    strict: Annotated[bool, typer.Option(help="Warnings fail too.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Count warnings only.")] = False,
    texts: Annotated[
        Path | None, typer.Option(help="A folder of source texts that no clue may copy.")
    ] = None,
) -> None:
    """Check the knowledge base: all problems at once, with file and line."""
    from clues.knowledge.lint import Context, Severity
    from clues.knowledge.lint import lint as run
    from clues.knowledge.load import read_kb
    from clues.knowledge.quiz import load_quiz
    from clues.knowledge.scenes import load_scenes
    from clues.knowledge.tables import table_problems
    from clues.regions import load_regions

    one_of("--format", output, ("text", "github"))
    base, form = read_kb(kb)
    scenes, scene_problems = load_scenes(kb / "scenes")
    questions, quiz_problems = load_quiz(kb / "quiz")
    form += [*scene_problems, *quiz_problems]
    if (kb / "tables").is_dir():
        form += table_problems(kb / "tables")
    sources = _texts(texts)
    context = Context(base, load_regions(), date.today(), sources)
    issues = run(context, form)
    if output == "github":  # which shows ten of each kind
        issues.sort(key=lambda issue: issue.severity is not Severity.ERROR)
    for issue in issues:
        if quiet and issue.severity is not Severity.ERROR:
            continue
        typer.echo(_annotation(issue) if output == "github" else f"{issue.severity}: {issue}")
    errors = sum(issue.severity is Severity.ERROR for issue in issues)
    typer.echo(
        f"{len(base.clues)} clues, {len(base.variables)} cues, {len(scenes)} scenes, "
        f"{len(questions)} questions: {errors} errors, {len(issues) - errors} warnings."
    )
    if errors or (strict and issues):
        raise typer.Exit(1)


def _annotation(issue: "Issue") -> str:
    """Return an issue as a workflow command, with which GitHub marks the line."""
    problem = issue.problem
    what = f"{problem.what}: {problem.mend} [{issue.validator}]"
    for character in "%\r\n":
        what = what.replace(character, f"%{ord(character):02X}")
    return f"::{issue.severity} file={problem.file},line={problem.line}::{what}"


def scenes(kb: Folder = KB_DIR) -> None:
    """Run the golden scenes."""
    from clues.evaluation.golden import run_scenes
    from clues.inference import Engine, Tables
    from clues.knowledge import load_kb
    from clues.regions import load_regions

    results = run_scenes(Engine(Tables(load_kb(kb), load_regions())), _scenes(kb))
    for result in results:
        if not result.passed:
            ranking = ", ".join(f"{code} {p:.0%}" for code, p in result.ranking)
            place = f"{result.scene.file}:{result.scene.line}"
            typer.echo(f"{place}: {result.scene.id}: {'; '.join(result.failures)} ({ranking})")
    failed = sum(not result.passed for result in results)
    typer.echo(f"{len(results)} scenes, {failed} failed.")
    if failed:
        raise typer.Exit(1)


def quiz(kb: Folder = KB_DIR) -> None:
    """Ask the quiz: single facts that players know, such as whose bollards have a red band."""
    from clues.evaluation.quiz import Quiz
    from clues.inference import Engine, Tables
    from clues.knowledge import load_kb
    from clues.knowledge.problem import raise_if_any
    from clues.knowledge.quiz import load_quiz
    from clues.regions import load_regions

    questions, problems = load_quiz(kb / "quiz")
    raise_if_any(problems)
    answers = Quiz(Engine(Tables(load_kb(kb), load_regions()))).ask(questions)
    for answer in answers:
        if not answer.right:
            place = f"{answer.question.file}:{answer.question.line}"
            typer.echo(f"{place}: {answer.question.ask}: {answer.failure}")
    wrong = sum(not answer.right for answer in answers)
    typer.echo(f"{len(answers)} questions, {wrong} answered wrongly.")
    if wrong:
        raise typer.Exit(1)


def preview(
    file: Annotated[Path, typer.Argument(help="A file of clues, not (or already) in kb/clues.")],
    kb: Folder = KB_DIR,
    map_file: MapFile = None,
) -> None:
    """Show what a file of clues says, and which golden scenes it changes.

    A file below kb/clues is compared with the knowledge base without it.
    """
    from clues.evaluation.diff import scene_changes
    from clues.knowledge import load_kb
    from clues.knowledge.draft import problems
    from clues.knowledge.edit import parse_clues
    from clues.regions import load_regions

    base, world = load_kb(kb), load_regions()
    try:
        new = parse_clues(file.read_text("utf-8-sig"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{file}: cannot be read ({reason(error)}).") from None
    try:
        after = base.with_clues(new)
    except UnknownCueError as error:
        raise KnowledgeError(f"{file}: {error}") from None
    found = [f"{file}: {said}" for clue in new for said in problems(after, world, clue)]
    if found:
        raise KnowledgeError("\n".join(found))
    for clue in new:
        typer.echo(f"{clue.id}: {clue.says}")
        for code, frequency in clue.where.items():
            typer.echo(f"  {world.regions[code].name} ({code}): {frequency}")
    if map_file is not None:
        from clues.cli.kb.maps import clue_maps

        clue_maps(map_file, new, world)
    if file.resolve().is_relative_to((kb / "clues").resolve()):
        ids = {clue.id for clue in new}
        base = replace(base, clues=tuple(clue for clue in base.clues if clue.id not in ids))
    _print_changes(scene_changes(base, after, world, _scenes(kb)))


def diff(
    revision: Annotated[str, typer.Argument(help="A git revision, such as main or HEAD~3.")],
    kb: Folder = KB_DIR,
    output: Annotated[str, typer.Option("--format", help="text or md.")] = "text",
) -> None:
    """Show how the golden scenes' posteriors changed since a git revision."""
    from clues.evaluation.diff import as_markdown, kb_at, scene_changes
    from clues.knowledge import load_kb
    from clues.regions import load_regions

    one_of("--format", output, ("text", "md"))
    found = _scenes(kb)
    with kb_at(revision, kb) as old:
        changes = scene_changes(old, load_kb(kb), load_regions(), found)
    if output == "md":
        typer.echo(as_markdown(changes, revision))
    else:
        _print_changes(changes)


def _scenes(kb: Path) -> "list[Scene]":
    from clues.knowledge.problem import raise_if_any
    from clues.knowledge.scenes import load_scenes

    found, problems = load_scenes(kb / "scenes")
    raise_if_any(problems)
    return found


def _print_changes(changes: "list[SceneChange]") -> None:
    from clues.evaluation.diff import as_rows

    table = Table("", "scene", "before", "after", box=None)
    for row in as_rows(changes):
        table.add_row(*row)
    Console().print(table if changes else "No golden scene moves.")


def _texts(folder: Path | None) -> dict[str, str]:
    if folder is None:
        return {}
    if not folder.is_dir():
        raise CluesError(f"{folder}: is no folder of texts.")
    return {
        path.name: path.read_text("utf-8", errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".txt", ".md", ".html")
    }
