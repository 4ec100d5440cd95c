"""Edit or add a clue: a form, its problems as they arise, its effect, its diff, saving, undo."""

import difflib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st

from clues.errors import CluesError, KnowledgeError
from clues.knowledge import Clue
from clues.knowledge.draft import draft_clue, problems, region_codes, typed_frequency
from clues.knowledge.edit import save, with_clue
from clues.knowledge.model import FREQUENCY_WORDS, Seen, slug
from clues.paths import KB_DIR
from clues.report import words
from ui.knowledge.preview import preview
from ui.resources import follow_knowledge, is_local, locator, reload_knowledge

_NEW = ""
_STATUSES = ["authored", "experimental", "measured"]
_TYPED = "300ms"  # how long the fingers rest before what was typed is checked
_ROWS = list[dict[str, object]]


@dataclass
class _Saved:
    """What undo needs: the file, its text before, and the text that was written."""

    path: Path
    before: str
    after: str


def edit_page() -> None:
    """Show the tab."""
    _open_afresh()
    start = locator().kb.by_id.get(_choose())
    form, effect = st.columns([1, 1], gap="large")
    with form:
        clue, complaints = _form(start)
    with effect:
        if "edit-trouble" in st.session_state:
            st.error(st.session_state.pop("edit-trouble"))
        _offer_undo()
        if complaints:
            st.warning("\n\n".join(complaints), icon=":material/edit_note:")
        elif clue is None:
            st.info("Choose a cue and say what it tells: the change to the file is shown here.")
        if clue is not None:
            _diff_and_save(clue, _target(clue, start))
            preview(clue)


def _choose() -> str:
    """Choose a clue; the page's address remembers it, also while the file's text changes."""
    kb = locator().kb
    linked, ids = st.query_params.get("edit-clue", _NEW), [_NEW, *kb.by_id]
    key = f"edit-clue-{kb.version[:12]}"  # its labels quote the files

    def remember() -> None:
        st.query_params["edit-clue"] = st.session_state[key]

    chosen: str = st.selectbox(
        "Clue", ids, index=ids.index(linked) if linked in kb.by_id else 0, key=key,
        format_func=lambda n: f"{n}: {kb.by_id[n].says}" if n in kb.by_id else "A new clue",
        on_change=remember,
    )  # fmt: skip
    return chosen


def _open_afresh() -> None:
    """Read again, as another clue is opened, what somebody else may have saved meanwhile."""
    linked = st.query_params.get("edit-clue", _NEW)
    if st.session_state.get("edit-opened") != linked:
        st.session_state["edit-opened"], st.session_state["edit-base"] = linked, {}
        follow_knowledge()


def _form(start: Clue | None) -> tuple[Clue | None, list[str]]:
    """Show the form; return the clue once it holds no problem, or the problems."""
    fields = _fields(start)
    return (None, []) if fields is None else _checked(fields, start)


def _fields(start: Clue | None) -> dict[str, object] | None:
    """Show the fields and return what they hold; None before a cue is chosen."""
    kb, key = locator().kb, start.id if start else "new"
    names = [v.id for v in kb.variables.values() if v.value_ids]
    cue = st.selectbox(
        "Cue", names, index=names.index(start.cue) if start else None,
        format_func=lambda v: f"{kb.variables[v].says} ({v})", key=f"cue-{key}",
        placeholder="What is seen? Type to search", disabled=start is not None,
    )  # fmt: skip
    says = st.text_input(
        "What it says, in one sentence", start.says if start else "", key=f"says-{key}",
        live=_TYPED, placeholder="Concrete poles with a row of round holes stand all over Hungary.",
    )  # fmt: skip
    if cue is None:
        return None
    variable = kb.variables[cue]
    left, right = st.columns(2)
    value = left.selectbox(
        "Value", variable.value_ids, key=f"value-{key}-{cue}",
        index=variable.value_ids.index(start.value) if start else 0,
        format_func=lambda v: words.value_name(v, variable),
    )  # fmt: skip
    name = right.text_input(
        "Short name", start.id.removeprefix(f"{cue}.") if start else _slug_of(says),
        key=f"slug-{key}-{cue}" if start else f"slug-{key}-{cue}-{_slug_of(says)}",
        disabled=start is not None, help="The last part of the id: it never changes again.",
        live=_TYPED,
    )  # fmt: skip
    where = _where(start, key)
    with left:
        elsewhere = _elsewhere(start, key)
    status = right.selectbox(
        "Status", _STATUSES, key=f"status-{key}",
        index=_STATUSES.index(start.status) if start else 0,
    )  # fmt: skip
    source = st.text_input(
        "Source (web address or title)", key=f"source-{key}", live=_TYPED,
        value=(start.sources[0].url or start.sources[0].title) if start else "",
    )  # fmt: skip
    but = st.text_input(
        "Counterexamples", start.counterexamples if start else "", key=f"but-{key}", live=_TYPED
    )
    return {
        "id": f"{cue}.{name}",
        "cue": cue,
        "value": value,
        "says": says.strip(),
        "where": where,
        "elsewhere": elsewhere,
        "sources": _sources(start, source.strip()),
        "counterexamples": but.strip(),
        "status": status,
        "since": start.since if start else date.today(),
    }


def _checked(fields: dict[str, object], start: Clue | None) -> tuple[Clue | None, list[str]]:
    """Return the clue that fields make, or their problems."""
    kb, world = locator().kb, locator().world
    try:
        clue = draft_clue({**fields, "where": region_codes(world, fields["where"])})
    except CluesError as error:
        said = str(error).splitlines()
        if fields["id"] == f"{fields['cue']}.":  # the short name follows from what it says
            said = [one for one in said if not one.startswith("`id`")]
        return None, said
    found = problems(kb, world, clue)
    if start is None and clue.id in kb.by_id:
        found = [*found, f"The id {clue.id} is taken; choose another short name."]
    return None if found else clue, found


def _elsewhere(start: Clue | None, key: str) -> object:
    """Show the choice of how often it is seen elsewhere; None where the cue's other lines say."""
    kept = start.elsewhere if start else None
    often = ["as the cue's other lines say", *FREQUENCY_WORDS]
    if kept is not None and kept not in often:
        often.append(_as_text(kept))
    index = often.index(_as_text(kept)) if kept is not None else 0
    chosen = st.selectbox("Elsewhere", often, index=index, key=f"rest-{key}")
    return typed_frequency(chosen) if chosen != often[0] else None


def _where(start: Clue | None, key: str) -> dict[str, object]:
    """Show the table of regions and frequencies."""
    rows: _ROWS = [
        {"region": code, "how often": _as_text(often)}
        for code, often in (start.where if start else {}).items()
    ] or [{"region": "", "how often": "common"}]
    edited = st.data_editor(
        rows, num_rows="dynamic", hide_index=True, width="stretch", key=f"where-{key}",
        column_config={
            "region": st.column_config.TextColumn(
                "Region", help="A code or a name: HU, ES-MD, Latvia, europe, zone.volga-sand"
            ),
            "how often": st.column_config.TextColumn(
                "How often",
                help="In which share of photos from there is it recorded? One of "
                f"{', '.join(FREQUENCY_WORDS)}; a number such as 0.3; or a count such as 12/310",
            ),
        },
    )  # fmt: skip
    return {
        str(row["region"]).strip(): typed_frequency(str(row["how often"] or ""))
        for row in edited
        if row.get("region")
    }


def _as_text(often: object) -> str:
    return f"{often.seen}/{often.of}" if isinstance(often, Seen) else str(often)


def _slug_of(says: str) -> str:
    return "-".join(slug(says).split("-")[:5])


def _sources(start: Clue | None, text: str) -> list[object]:
    rest = list(start.sources[1:]) if start else []
    if not text:
        return rest
    if start is not None and text in (start.sources[0].url, start.sources[0].title):
        return list(start.sources)
    kind = "url" if text.startswith(("http://", "https://")) else "title"
    return [{kind: text, "checked": date.today()}, *rest]


def _target(clue: Clue, start: Clue | None) -> Path:
    """Return the file to write to; its text is remembered from when editing began."""
    folder = f"clues/{clue.family}"
    default = start.file.removeprefix("kb/") if start else f"{folder}/mine.yaml"
    files = sorted(p.relative_to(KB_DIR).as_posix() for p in (KB_DIR / folder).glob("*.yaml"))
    options = list(dict.fromkeys([default, *files]))
    name = st.selectbox("File, below kb/", options, key=f"file-{clue.cue}", disabled=bool(start))
    return KB_DIR / name


def _diff_and_save(clue: Clue, target: Path) -> None:
    base: dict[str, str] = st.session_state.setdefault("edit-base", {})
    name = target.relative_to(KB_DIR.parent).as_posix()
    before = base.setdefault(name, target.read_text("utf-8") if target.exists() else "")
    try:
        after = with_clue(before, clue, name)
    except KnowledgeError as error:
        st.error(str(error))
        return
    patch = "".join(
        difflib.unified_diff(
            before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}",
            f"b/{name}", n=2,
        )
    )  # fmt: skip
    st.code(patch or f"No change to {name}.", language="diff", wrap_lines=True)
    with st.container(horizontal=True):
        if is_local() and st.button("Save to the file", type="primary", disabled=not patch):
            _save(clue, target, before, after)
        st.download_button(
            "Download the patch", patch, "clue.patch", disabled=not patch, on_click="ignore"
        )


def _save(clue: Clue, target: Path, before: str, after: str) -> None:
    name = target.relative_to(KB_DIR.parent).as_posix()
    try:
        save(target, after, expected=before)
    except KnowledgeError as error:
        st.session_state["edit-base"].pop(name, None)  # the next run starts from today's file
        st.session_state["edit-trouble"] = (
            f"{error} The change below starts from the file as it is now; look at it again."
        )
        st.rerun()
    st.session_state.undo = _Saved(target, before, after)
    st.query_params["edit-clue"] = clue.id  # a new one is edited on
    _fresh(f"Saved {name}.")


def _offer_undo() -> None:
    """Name the file that was saved last, and take that back on request."""
    last: _Saved | None = st.session_state.get("undo")
    if last is None or not is_local():
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":gray[Saved:] `{last.path.relative_to(KB_DIR.parent).as_posix()}`")
        if st.button("Undo the last save", icon=":material/undo:", width="content"):
            _undo()


def _undo() -> None:
    last: _Saved = st.session_state.pop("undo")
    try:
        if last.before:
            save(last.path, last.before, expected=last.after)
        else:
            last.path.unlink(missing_ok=True)  # the file was new
    except KnowledgeError as error:
        st.error(str(error))
        return
    _fresh("Undone.")


def _fresh(message: str) -> None:
    """Read the files again, and let every view follow."""
    st.session_state["edit-base"] = {}
    try:
        reload_knowledge()
    except KnowledgeError as error:
        st.error(f"{message} What was loaded stays in use until this is mended:\n\n{error}")
        return
    st.toast(message)
    st.rerun()
