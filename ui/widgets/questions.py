"""What to look for next, answered by a click; and any cue by hand."""

import streamlit as st

from clues.cue import ABSENT, ELSEWHERE, PRESENT, Cue
from clues.errors import CluesError
from clues.inference import Question
from clues.knowledge import KnowledgeBase
from clues.knowledge.model import Kind, Variable
from clues.pipeline import Location
from clues.report import words
from clues.report.words import LEAST_QUESTION_BITS
from clues.text.typed import MAX_TYPED, typed_cues
from ui.resources import locator
from ui.state import Case, tell

_ASKED = 5
_MOST_BUTTONS = 4
_ELSEWHERE = 0.02  # a person who names a place may still be wrong


def next_questions(case: Case, found: Location) -> None:
    """Ask the five questions that are expected to tell most."""
    with st.spinner("Weighing every question ...", show_time=False):
        best = found.questions(_ASKED + len(case.skipped))
    asked = [
        question
        for question in best
        if question.variable.id not in case.skipped and question.bits >= LEAST_QUESTION_BITS
    ]
    if asked:
        st.caption("Look for these in the photo. A click counts at once; the tab 'Why' lists it.")
    else:
        st.caption("No question would tell much more now.")
    for question in asked[:_ASKED]:
        _ask(case, question)
    if case.skipped and st.button("Ask the skipped ones again", type="tertiary"):
        case.skipped.clear()
        st.rerun()


def _ask(case: Case, question: Question) -> None:
    variable = question.variable
    likely = sorted(question.expected, key=lambda value: -question.expected[value])
    if variable.kind is Kind.BINARY:
        likely = [PRESENT, ABSENT]  # in one order, so that a hand finds them
    with st.container(border=True, gap="small"):
        st.markdown(f"**{variable.question}** :gray[worth {question.bits:.2f} bits]")
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            for value in likely[:_MOST_BUTTONS]:
                name = words.value_name(value, variable)
                label = f"{name[:1].upper()}{name[1:]} ({words.percent(question.expected[value])})"
                if st.button(label, key=f"ask-{case.key}-{variable.id}-{value}"):
                    _told(case, variable, value)
            if len(likely) > _MOST_BUTTONS:
                chosen = st.selectbox(
                    variable.question, likely[_MOST_BUTTONS:], index=None,
                    placeholder="Something else ...", width=190, label_visibility="collapsed",
                    format_func=lambda v: words.value_name(v, variable),
                    key=f"ask-{case.key}-{variable.id}",
                )  # fmt: skip
                if chosen:
                    _told(case, variable, chosen)
            if st.button("Cannot tell", key=f"skip-{case.key}-{variable.id}", type="tertiary"):
                case.skipped.add(variable.id)
                st.rerun()


def _told(case: Case, variable: Variable, value: str) -> None:
    tell(case, [Cue.certain(variable.id, value)])
    st.rerun()


def add_cue(case: Case) -> None:
    """Add any cue by hand: what is written, or a cue found by search over cues and values."""
    _add_text(case)
    kb = locator().kb
    names = _sightings(kb, kb.version)
    picked = st.selectbox(
        "What do you see?", list(names), index=None, format_func=names.__getitem__,
        placeholder="Type to search: Cyrillic, yellow plate, palm, bollard ...",
        key=f"add-{case.key}-{len(case.given)}",
    )  # fmt: skip
    if picked is None:
        st.caption(
            f"Any of the {len(kb.variables)} cues of the knowledge base. It counts at once, and "
            "replaces what the detectors say of the same cue."
        )
        return
    variable, value = kb.variable(picked[0]), picked[1]
    if value:
        st.toast(f"Counted: {names[picked]}")
        _told(case, variable, value)
    if variable.question:
        st.markdown(variable.question)
    if variable.kind is Kind.REGION:
        _add_place(case, variable.id)
        return
    with st.container(horizontal=True, gap="small"):
        for answer in (PRESENT, ABSENT):
            if st.button(words.value_name(answer, variable).title(), key=f"add-{answer}"):
                _told(case, variable, answer)


def _add_text(case: Case) -> None:
    text = st.text_input(
        "What is written in it?", max_chars=MAX_TYPED, key=f"read-{case.key}-{len(case.given)}",
        placeholder="A sign, a telephone number, a plate: EN JIUTEPEC, 0564-64-2033 ...",
    )  # fmt: skip
    if not text:
        return
    read = typed_cues(text)
    if not read:
        st.info("Nothing in these words tells places apart.")
        return
    variables = locator().kb.variables
    says = sorted({variables[cue.variable].says for cue in read})
    st.toast(f"Counted: {', '.join(says)}")
    tell(case, reversed(read))  # of several names the strongest comes first, and counts
    st.rerun()


@st.cache_data(show_spinner=False)
def _sightings(_kb: KnowledgeBase, version: str) -> dict[tuple[str, str], str]:
    """Return what may be seen by cue and value; the value is empty where it is asked for next."""
    del version  # only part of the cache's key
    names = {}
    for one in _kb.variables.values():
        if one.kind is Kind.CATEGORICAL:
            for value in one.value_ids:
                names[one.id, value] = f"{one.says}: {words.value_name(value, one)}"
        else:
            names[one.id, ""] = f"{one.says} ({one.id})"
    return names


def _add_place(case: Case, name: str) -> None:
    text = st.text_input("Which place?", placeholder="A region's name or code: Galicia, JP-23 ...")
    if st.button("Add this cue", type="primary") and text:
        try:
            region = locator().world.resolve(text)
        except CluesError as error:
            st.error(str(error))
            return
        tell(case, [Cue(variable=name, likelihood={region.code: 1.0, ELSEWHERE: _ELSEWHERE})])
        st.rerun()
