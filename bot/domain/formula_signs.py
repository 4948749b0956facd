"""The signs of LaTeX that are read here, and what stands for them in Unicode."""

from __future__ import annotations

from collections.abc import Mapping

#: an operand, or a sign that needs no room
SIGNS: Mapping[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "varpi": "ϖ", "rho": "ρ", "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ",
    "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ",
    "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "infty": "∞", "partial": "∂", "nabla": "∇", "hbar": "ℏ", "ell": "ℓ", "Re": "ℜ", "Im": "ℑ", "aleph": "ℵ",
    "emptyset": "∅", "varnothing": "∅", "forall": "∀", "exists": "∃", "neg": "¬", "lnot": "¬", "angle": "∠",
    "triangle": "△", "degree": "°", "circ": "∘", "prime": "′", "ldots": "…", "dots": "…", "cdots": "⋯",
    "vdots": "⋮", "ddots": "⋱", "therefore": "∴", "because": "∵", "top": "⊤", "bot": "⊥", "dagger": "†",
    "lbrace": "{", "rbrace": "}", "lbrack": "[", "rbrack": "]", "langle": "⟨", "rangle": "⟩", "lfloor": "⌊",
    "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "vert": "|", "Vert": "‖", "lvert": "|", "rvert": "|",
    "backslash": "\\", "colon": ":", "pounds": "£", "checkmark": "✓",
    "{": "{", "}": "}", "%": "%", "$": "$", "&": "&", "#": "#", "_": "_", "|": "‖", "-": "",
}  # fmt: skip

#: between two operands, with room on both sides
OPERATORS: Mapping[str, str] = {
    "times": "×", "div": "÷", "cdot": "·", "pm": "±", "mp": "∓", "ast": "∗", "star": "⋆", "bullet": "•",
    "cap": "∩", "cup": "∪", "setminus": "∖", "wedge": "∧", "land": "∧", "vee": "∨", "lor": "∨", "oplus": "⊕",
    "otimes": "⊗", "mid": "|", "colon": ":",
    "leq": "≤", "le": "≤", "leqslant": "≤", "geq": "≥", "ge": "≥", "geqslant": "≥", "neq": "≠", "ne": "≠",
    "lt": "<", "gt": ">", "ll": "≪", "gg": "≫", "approx": "≈", "sim": "∼", "simeq": "≃", "cong": "≅",
    "equiv": "≡", "propto": "∝", "in": "∈", "notin": "∉", "ni": "∋", "subset": "⊂", "subseteq": "⊆",
    "supset": "⊃", "supseteq": "⊇", "perp": "⊥", "parallel": "∥",
    "to": "→", "rightarrow": "→", "longrightarrow": "⟶", "gets": "←", "leftarrow": "←", "longleftarrow": "⟵",
    "leftrightarrow": "↔", "Rightarrow": "⇒", "implies": "⇒", "Leftarrow": "⇐", "Leftrightarrow": "⇔",
    "iff": "⇔", "mapsto": "↦", "uparrow": "↑", "downarrow": "↓", "rightleftharpoons": "⇌",
    "leftrightarrows": "⇆",
}  # fmt: skip

SPACES: Mapping[str, str] = {
    ",": " ", ":": " ", ";": " ", " ": " ", "!": "", "quad": "  ", "qquad": "  ", "enspace": " ", "thinspace": " ",
}  # fmt: skip

#: with limits below and above
BIG: Mapping[str, str] = {
    "sum": "∑", "prod": "∏", "int": "∫", "iint": "∬", "oint": "∮", "bigcup": "⋃", "bigcap": "⋂",
    "lim": "lim", "max": "max", "min": "min", "sup": "sup", "inf": "inf",
}  # fmt: skip

NAMES = frozenset({
    "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
    "log", "ln", "lg", "exp", "det", "dim", "gcd", "ker", "arg", "deg", "Pr",
})  # fmt: skip

#: over a single letter
ACCENTS: Mapping[str, str] = {
    "vec": "\u20d7", "bar": "\u0304", "hat": "\u0302", "dot": "\u0307", "ddot": "\u0308", "tilde": "\u0303",
}  # fmt: skip
LINES: Mapping[str, str] = {"overline": "\u0305", "underline": "\u0332"}

#: how letters look is no matter of what they say
STYLES = frozenset(
    {"text", "textrm", "textbf", "textit", "mathrm", "mathbf", "mathit", "mathsf", "operatorname"}
)
WORDS = frozenset({"text", "textrm", "textbf", "textit"})
BLACKBOARD: Mapping[str, str] = {"N": "ℕ", "Z": "ℤ", "Q": "ℚ", "R": "ℝ", "C": "ℂ", "P": "ℙ"}

#: change the size or the place of limits, and are read over
SILENT = frozenset({
    "displaystyle", "textstyle", "limits", "nolimits", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr",
})  # fmt: skip

_RAISED = dict(zip(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW′∘°*",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ′°°*",
    strict=True,
))  # fmt: skip
_LOWERED = dict(zip(
    "0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True,
))  # fmt: skip


def raised(text: str) -> str | None:
    """The text in superscript letters; None where Unicode lacks one of them."""
    return _moved(text, _RAISED)


def lowered(text: str) -> str | None:
    """The text in subscript letters; None where Unicode lacks one of them."""
    return _moved(text, _LOWERED)


def _moved(text: str, letters: Mapping[str, str]) -> str | None:
    out = [letters.get(each) for each in text.replace(" ", "")]
    return None if None in out else "".join(each for each in out if each)
