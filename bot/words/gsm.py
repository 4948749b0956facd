"""The alphabet of texts (GSM 03.38, "GSM-7"), and what is put in the place of letters that it has not.

One letter outside it makes the whole text UCS-2: 70 letters to a segment in place of 160 (RB13).
"""

from __future__ import annotations

import unicodedata

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: sent as an escape and a letter, so each counts twice
EXTENDED = frozenset("^{}\\[~]|€\f")

SEGMENT, JOINED_SEGMENT = 160, 153
UCS2_SEGMENT, UCS2_JOINED_SEGMENT = 70, 67

_INSTEAD = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‹", "<"),
        **dict.fromkeys("›", ">"),
        **dict.fromkeys("‐‑‒–—―−·•", "-"),
        **dict.fromkeys("×✕", "x"),
        **dict.fromkeys("÷⁄", "/"),
        **dict.fromkeys("→⟶⇒", "->"),
        **dict.fromkeys("←⟵⇐", "<-"),
        **dict.fromkeys("↔⇌⇄⇔", "<->"),
        "°": " deg ", "µ": "u", "μ": "u", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta",
        "λ": "lambda", "π": "pi", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d",
        "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "≤": "<=", "≥": ">=", "≈": "~", "…": "...",
    }
)  # fmt: skip


def to_gsm(text: str) -> str:
    """The text in GSM-7, on one line: quotes, dashes, accents become plain; what has no letter there goes."""
    composed = unicodedata.normalize("NFC", text).translate(_INSTEAD)
    visible = "".join(" " if each.isspace() else _letter(each) for each in composed)
    return " ".join(visible.split())


def _letter(each: str) -> str:
    if each in BASIC or each in EXTENDED:
        return each
    parts = unicodedata.normalize("NFKD", each).translate(_INSTEAD)
    return "".join(part for part in parts if part in BASIC or part in EXTENDED)


def septets(text: str) -> int:
    """The length of a GSM-7 text as it is counted on the air."""
    return len(text) + sum(each in EXTENDED for each in text)


def cut(text: str, limit: int) -> str:
    """At most ``limit`` septets of a GSM-7 text, marked with three dots where there is room for them."""
    if septets(text) <= limit:
        return text
    dots = "..." if limit >= 6 else ""
    kept, size = "", len(dots)
    for each in text:
        size += 1 + (each in EXTENDED)
        if size > limit:
            break
        kept += each
    return kept.rstrip() + dots


def segments(text: str) -> int:
    """How many messages a text is billed as; neither an escaped letter nor a surrogate pair is split."""
    if all(each in BASIC or each in EXTENDED for each in text):
        return _packed([1 + (each in EXTENDED) for each in text], SEGMENT, JOINED_SEGMENT)
    return _packed([1 + (ord(each) > 0xFFFF) for each in text], UCS2_SEGMENT, UCS2_JOINED_SEGMENT)


def _packed(sizes: list[int], alone: int, joined: int) -> int:
    if sum(sizes) <= alone:
        return 1
    count, used = 1, 0
    for size in sizes:
        if used + size > joined:
            count, used = count + 1, 0
        used += size
    return count
