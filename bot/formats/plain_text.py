"""The formats of a GIFT text (html, markdown, plain, or none named) brought down to the text people read."""

from __future__ import annotations

import html
import re
import unicodedata

from bot.domain.limits import RAW
from bot.formats.gift_lexer import HARD_BREAK, reveal

_PREFIX = re.compile(r"\s*\[(html|markdown|plain|moodle)\]", re.IGNORECASE)

#: the format of a text that names none: wrapped lines flow together, HTML is allowed
UNNAMED = "moodle"


def split_format(text: str, default: str) -> tuple[str, str]:
    """The format that the text names (or ``default``) and the text without the name."""
    prefix = _PREFIX.match(text)
    if prefix is None:
        return default, text
    return prefix[1].lower(), text[prefix.end() :]


def to_plain(text: str, format: str) -> str:
    """A text with hidden escapes as plain text: tags taken out, entities decoded, control characters dropped.

    Markdown and plain text keep their lines. In the others a line that merely wraps flows on, and a text
    that has nothing but tags (an option that reads ``<a>``) is kept as it stands. What is longer than any question
    may be, even without its markup, is not gone through: its beginning is still longer than any text that is taken.
    """
    if len(text) > RAW:
        text = _INSIDE.sub("", text)
    if len(text) > RAW:
        return text[:RAW]
    if format in ("markdown", "plain"):
        return _printable(reveal(text)).strip()
    if format == "html":
        return _from_html(_flow(reveal(text)), every_tag=True) or one_line(reveal(text))
    text = reveal(_flow(text))
    if _LOOKS_LIKE_HTML.search(text):
        return _from_html(text, every_tag=False) or one_line(text)
    return _tidy(_decode_entities(text))


def one_line(text: str) -> str:
    """Options and accepted answers are labels: one line, single spaces."""
    return " ".join(_printable(text).split())


#: a picture written into the text itself
_INSIDE = re.compile(r"data:image/[a-z+.-]{1,20};base64,[A-Za-z0-9+/=\s]+")
#: a name is not tried shorter than it is: a long one without an end would be gone through again and again
_TAG = re.compile(r"<!--|<(/?)([a-z][a-z0-9]*)(?![a-z0-9])([^<>]*)>", re.IGNORECASE)
_PRE = re.compile(r"<(/?)pre\b[^<>]*>", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(r"</[a-z][a-z0-9]*\s*>|<br\s*/?>", re.IGNORECASE)
_SCRIPT = re.compile(r"<(su[bp])>([^<>]{1,12})</\1\s*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)

_LINE_TAGS = re.compile(r"br|p|div|pre|[uo]l|tr|table|h[1-6]|blockquote")
_QUIET_TAGS = re.compile(r"[abius]|em|strong|small|big|span|font|code|tt|kbd|var|su[bp]|t[dh]|tbody|thead")


def _flow(text: str) -> str:
    """Runs of white space become one space, but for what stands in ``<pre>``."""
    flowing: list[str] = []
    start, preformatted = 0, False
    for tag in _PRE.finditer(text):
        flowing.append(text[start : tag.start()] if preformatted else _collapse(text[start : tag.start()]))
        flowing.append(tag[0])
        start, preformatted = tag.end(), not tag[1]
    flowing.append(text[start:] if preformatted else _collapse(text[start:]))
    return "".join(flowing)


def _collapse(text: str) -> str:
    return re.sub(f" ?({HARD_BREAK}) ?", r"\1", re.sub(r"\s+", " ", text))


def _from_html(text: str, *, every_tag: bool) -> str:
    text = _SCRIPT.sub(lambda script: (_raised if script[1].lower() == "sup" else _lowered)(script[2]), text)
    kept: list[str] = []
    place, preformatted = 0, False
    while tag := _TAG.search(text, place):
        kept.append(text[place : tag.start()])
        if tag[0] == "<!--":
            end = text.find("-->", tag.end())
            place = len(text) if end < 0 else end + len("-->")
            continue
        kept.append(_instead_of(tag, every_tag=every_tag))
        place = tag.end()
        preformatted = not tag[1] if tag[2].lower() == "pre" else preformatted
        if kept[-1] == "\n" and not preformatted:
            place += text.startswith(" ", place)
    kept.append(text[place:])
    return _tidy(_decode_entities("".join(kept)))


def _instead_of(tag: re.Match[str], *, every_tag: bool) -> str:
    name = tag[2].lower()
    if name == "li":
        return "" if tag[1] else "\n- "
    if name == "img":
        alt = _ALT.search(tag[3])
        said = (alt[1] or alt[2] or "") if alt else "[picture]"
        # what Canvas's equation editor writes
        return rf"\({said.removeprefix('LaTeX:').strip()}\)" if said.startswith("LaTeX:") else said
    if _LINE_TAGS.fullmatch(name):
        return "\n"
    return "" if every_tag or _QUIET_TAGS.fullmatch(name) else tag[0]


_SUPERSCRIPT = str.maketrans("0123456789+-\u2212n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-\u2212", "₀₁₂₃₄₅₆₇₈₉₊₋₋")


def _raised(text: str) -> str:
    """10<sup>8</sup> must not become 108."""
    raised = text.translate(_SUPERSCRIPT)
    whole = all(unicodedata.decomposition(char).startswith("<super>") for char in raised)
    return raised if whole else f"^({text})"


def _lowered(text: str) -> str:
    lowered = text.translate(_SUBSCRIPT)
    whole = all(unicodedata.decomposition(char).startswith("<sub>") for char in lowered)
    return lowered if whole else f"_{text}"


def _decode_entities(text: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


def _tidy(text: str) -> str:
    lines = (line.rstrip() for line in _printable(text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _printable(text: str) -> str:
    """Without control characters; a no-break space is a space, as HTML editors scatter them."""
    text = text.replace("\xa0", " ").replace("\t", "    ")
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) != "Cc")
