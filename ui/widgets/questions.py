"""What to look for next, answered by a click; and any cue by hand."""

import streamlit as st

from clues.cue import ABSENT, ELSEWHERE, PRESENT, Cue
from clues.errors import CluesError
from clues.inference import Question
from clues.knowledge.model import Kind, Variable
from clues.pipeline import Location
from clues.report import words
from clues.report.words import LEAST_QUESTION_BITS
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
    """Add any cue by hand, with search."""
    kb = locator().kb
    names = {v.id: f"{v.says} ({v.id})" for v in kb.variables.values()}
    name = st.selectbox(
        "Which cue do you see?", list(names), index=None, format_func=names.__getitem__,
        placeholder="Type to search: palm, bollard, plate ...", key=f"add-{case.key}",
    )  # fmt: skip
    if name is None:
        st.caption(
            f"Any of the {len(names)} cues of the knowledge base. Yours replace what the "
            "detectors say of the same cue."
        )
        return
    variable = kb.variable(name)
    if variable.question:
        st.markdown(variable.question)
    if variable.kind is Kind.REGION:
        _add_place(case, name)
        return
    value = st.pills(
        "Value", variable.value_ids, format_func=lambda v: words.value_name(v, variable),
        key=f"add-value-{name}", label_visibility="collapsed",
    )  # fmt: skip
    if st.button("Add this cue", type="primary", disabled=value is None) and value:
        _told(case, variable, value)


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
