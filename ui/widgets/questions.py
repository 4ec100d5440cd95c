"""What to look for next, answered by a click; and any cue by hand."""

import streamlit as st

from clues.cue import Cue
from clues.knowledge.model import Kind
from clues.pipeline import Location
from ui.resources import locator
from ui.state import Case, tell

_MANY = 4


def next_questions(case: Case, found: Location) -> None:
    """Ask the five questions that are expected to tell most."""
    asked = [q for q in found.questions(5 + len(case.skipped)) if q.variable.id not in case.skipped]
    if not asked:
        st.caption("Nothing left to ask.")
    for question in asked[:5]:
        variable = question.variable
        with st.container(border=True):
            st.markdown(f"**{variable.question}**  \n{question.bits:.2f} bits expected")
            values = sorted(question.expected, key=lambda v: -question.expected[v])
            buttons = values if len(values) <= _MANY else []
            columns = st.columns(len(buttons) + 1 if buttons else 2)
            for column, value in zip(columns, buttons, strict=False):
                names = {"present": "Yes", "absent": "No"}
                label = (
                    f"{names.get(value, variable.label(value))} ({question.expected[value]:.0%})"
                )
                if column.button(label, key=f"ask-{variable.id}-{value}", width="stretch"):
                    tell(case, [Cue.certain(variable.id, value)])
                    st.rerun()
            if not buttons:
                value = columns[0].selectbox(
                    "Value", values, index=None, format_func=variable.label,
                    key=f"ask-{variable.id}", label_visibility="collapsed", placeholder="Choose",
                )  # fmt: skip
                if value:
                    tell(case, [Cue.certain(variable.id, value)])
                    st.rerun()
            if columns[-1].button("Cannot tell", key=f"skip-{variable.id}", width="stretch"):
                case.skipped.add(variable.id)
                st.rerun()


def add_cue(case: Case) -> None:
    """Add any cue by hand, with search."""
    kb = locator().kb
    names = {v.id: f"{v.says} ({v.id})" for v in kb.variables.values()}
    name = st.selectbox(
        "Add a cue", list(names), index=None, format_func=names.__getitem__,
        placeholder="Type to search: palm, bollard, plate ...",
    )  # fmt: skip
    if name is None:
        return
    variable = kb.variable(name)
    if variable.kind is Kind.REGION:
        text = st.text_input("Which place? A region's name or code")
        if text and st.button("Add"):
            region = locator().world.resolve(text)
            tell(case, [Cue(variable=name, likelihood={region.code: 1.0, "elsewhere": 0.02})])
            st.rerun()
        return
    value = st.radio("Value", variable.value_ids, format_func=variable.label, horizontal=True)
    if st.button("Add"):
        tell(case, [Cue.certain(name, value)])
        st.rerun()
