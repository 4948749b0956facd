r"""The inside of ``\ce{...}``: 2H2 + O2 -> 2H2O, as Unicode and as LaTeX that knows no such command."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.formula_signs import lowered, raised

_ARROWS = {"<=>": "⇌", "<->": "↔", "->": "→", "<-": "←", "=": "="}
_LATEX_ARROWS = {"⇌": r"\rightleftharpoons", "↔": r"\leftrightarrow", "→": r"\rightarrow", "←": r"\leftarrow"}
_PART = re.compile(
    r"""(?P<arrow><=>|<->|->|<-)(?:\[(?P<over>[^\[\]]*)\])?
    |\^\{(?P<up_group>[^{}]*)\}|_\{(?P<down_group>[^{}]*)\}
    |\^(?P<up>[0-9]*[+\-]|[0-9]+)|_(?P<down>[0-9]+)
    |(?P<state>\((?:s|l|g|aq)\))
    |(?P<dot>\s*(?:\*|\.|\\cdot)\s*(?=[0-9A-Z]))
    |(?P<gas>\s+\^(?=\s|$))|(?P<solid>\s+v(?=\s|$))
    |(?P<plus>\s+\+\s+)|(?P<space>\s+)|(?P<number>[0-9]+(?:/[0-9]+)?)|(?P<charge>[+\-](?![A-Za-z]))|(?P<bond>-)
    |(?P<letters>[A-Za-z]+)|(?P<sign>[()\[\]=,])""",
    re.VERBOSE,
)


def chemistry(source: str) -> tuple[str, str]:
    r"""As Unicode and as LaTeX. Raises ValueError where it is not understood: bonds, or formulas in a formula."""
    parts = list(_parts(source.strip()))
    return " ".join("".join(_unicode(*each) for each in parts).split()), "".join(
        _latex(*each) for each in parts
    )


def _parts(source: str) -> Iterator[tuple[str, str, str]]:
    """Kind, text, and what stands over an arrow."""
    place, before = 0, ""
    while place < len(source):
        found = _PART.match(source, place)
        if found is None:
            raise ValueError(rf"\ce cannot be read from “{source[place : place + 12]}” on")
        kind, text = found.lastgroup or "", found[0]
        if kind in ("up_group", "up"):
            yield "up", found[kind], ""
        elif kind in ("down_group", "down"):
            yield "down", found[kind], ""
        elif kind in ("arrow", "over"):
            yield "arrow", _ARROWS[found["arrow"]], (found["over"] or "").strip()
        elif kind == "number":
            # an amount stands before a formula, a count behind its letter
            yield ("down" if before[-1:].isalpha() or before[-1:] in tuple(")]") else "plain"), text, ""
        elif kind == "charge":
            yield ("up" if before and not before[-1].isspace() else "plain"), text, ""
        else:
            yield kind, text, ""
        before, place = text, found.end()


def _unicode(kind: str, text: str, over: str) -> str:
    match kind:
        case "up":
            return raised(text) or f"^({text})" if text else ""
        case "down":
            return lowered(text) or f"_({text})" if text else ""
        case "arrow":
            return f" —{over}{text} " if over else f" {text} "
        case "dot":
            return "·"
        case "gas":
            return "↑"
        case "solid":
            return "↓"
        case _:
            return text


def _latex(kind: str, text: str, over: str) -> str:
    match kind:
        case "up":
            return rf"^{{{text}}}"
        case "down":
            return f"_{{{text}}}"
        case "arrow" if over and text == "→":
            return rf"\xrightarrow{{\text{{{over}}}}}"
        case "arrow":
            return _LATEX_ARROWS[text]
        case "dot":
            return r"\cdot "
        case "gas":
            return r"\uparrow "
        case "solid":
            return r"\downarrow "
        case "space":
            return r"\ "
        case "letters" | "state":
            return rf"\mathrm{{{text}}}"
        case _:
            return text
