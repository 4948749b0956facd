"""The look at a TOML text before it is parsed: the line of each key, and what must not be parsed."""

from __future__ import annotations

import time
import tomllib

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.formats.toml_outline import MAX_DOTS, MAX_KEYS, MAX_NESTING, Path, outline

COURSE = """\
# a comment with [brackets] and = signs
[course]
slug = "a#b"   # and another
"quoted key".inner = 1.5

[[units]]
slug = 'one'
objectives = [
  { slug = "1.1", text = "]}" },   # [not this]
  { slug = "1.2", text = \"\"\"
a \\\"\"\" quote\"\"\"\" },
]
[units.check]
when = 1979-05-27 07:32:00Z
bank = '''
Which? {=a ~b}'''

[[units]]
[units.check]
draw = [ 1,
  2 ]
"""


def test_every_key_has_the_line_on_which_its_value_begins():
    lines = outline(COURSE).lines
    expected: dict[Path, int] = {
        ("course",): 2,
        ("course", "slug"): 3,
        ("course", "quoted key", "inner"): 4,
        ("units", 0): 6,
        ("units", 0, "objectives", 0, "text"): 9,
        ("units", 0, "objectives", 1): 10,
        ("units", 0, "objectives", 1, "text"): 10,
        ("units", 0, "check", "when"): 14,
        ("units", 0, "check", "bank"): 15,
        ("units", 1): 18,
        ("units", 1, "check", "draw", 1): 21,
    }
    assert {path: lines.get(path) for path in expected} == expected
    assert outline(COURSE).text_lines[("units", 0, "check", "bank")] == 16


def test_a_key_that_is_not_there_has_the_line_of_the_table_around_it():
    look = outline(COURSE)
    assert look.line_of(("units", 1, "check", "bank")) == 19
    assert look.line_of(("nowhere",)) is None


def leaves(value: object, path: Path = ()) -> set[Path]:
    if isinstance(value, dict):
        return {leaf for key, one in value.items() for leaf in leaves(one, (*path, key))}
    if isinstance(value, list) and value:
        return {leaf for index, one in enumerate(value) for leaf in leaves(one, (*path, index))}
    return {path}


def test_it_finds_every_leaf_that_tomllib_finds():
    found = leaves(tomllib.loads(COURSE))
    assert len(found) >= 11
    assert found <= set(outline(COURSE).lines)


keys = st.sampled_from(["a", "b-1", '"q w"', "'l.l'"])
scalars = st.sampled_from(
    ['"s # ="', "'[l]'", "1", "-1.5e3", "0x1F", "true", "nan", "07:32:00", "1979-05-27T07:32:00Z"]
)
long_strings = st.sampled_from(['"""\nm " m\n"""', "'''l\n'l'''''", '"""\\\n  x"""'])
inline = st.recursive(
    scalars | long_strings,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda ones: "[ " + ", # c\n".join(ones) + "\n]"),
        st.dictionaries(keys, inner, max_size=2).map(
            lambda pairs: "{ " + ", ".join(f"{key} = {one}" for key, one in pairs.items()) + " }"
        ),
    ),
    max_leaves=4,
)
pairs = st.dictionaries(keys, inline, max_size=3).map(
    lambda pairs: "".join(f" {key}\t= {one}  # c\n" for key, one in pairs.items())
)
headers = st.sampled_from(["[t]\n", "[[x]]\n", "[x.y]\n", "[ x . z ]\n", "\n# c\n[[x.w]]\n", "[x.w.v]\n"])
documents = st.tuples(pairs, st.lists(st.tuples(headers, pairs).map("".join), max_size=4)).map(
    lambda parts: parts[0] + "".join(parts[1])
)


@settings(deadline=None, max_examples=300)
@given(documents)
def test_what_tomllib_reads_is_gone_through_to_the_end(text: str):
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)  # a table declared twice
        return
    look = outline(text)
    assert look.stopped is None
    assert leaves(values) - {()} <= set(look.lines)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("\n" + ".".join("a" * (MAX_DOTS + 2)) + " = 1", 2, "dots"),
        ("[" + ".".join("a" * (MAX_DOTS + 2)) + "]", 1, "dots"),
        ("a = " + "[" * (MAX_NESTING + 2) + "]" * (MAX_NESTING + 2), 1, "deep"),
        ("a = " + "{a = " * (MAX_NESTING + 2) + "1" + "}" * (MAX_NESTING + 2), 1, "deep"),
        ("\n".join(f"k{n} = 1" for n in range(MAX_KEYS + 1)), MAX_KEYS + 1, "keys"),
    ],
)
def test_what_is_dear_to_parse_is_named_with_its_line(text: str, line: int, problem: str):
    stopped = outline(text).stopped
    assert stopped is not None
    assert stopped.line == line
    assert problem in stopped.problem


def test_what_stays_within_the_limits_goes_through():
    dots = ".".join("a" * (MAX_DOTS + 1)) + " = 1\n"
    nested = "b = " + "[" * MAX_NESTING + "]" * MAX_NESTING + "\n"
    assert outline(dots + nested).stopped is None


@pytest.mark.parametrize(
    "text", ['a = 1\nb = "open\nc = 2', "a = 1\nb = '''open\n\n", "a = 1\n= 2", "a = 1\nb c"]
)
def test_what_is_not_toml_is_left_to_tomllib_from_its_line_on(text: str):
    stopped = outline(text).stopped
    assert stopped is not None
    assert (stopped.line, stopped.problem) == (2, "")


@pytest.mark.parametrize(
    "text",
    [
        'a = "' + "\\a" * 120_000,
        'a = """' + '\\a"' * 85_000,
        "a = '''" + "''a" * 85_000,
        "\n \t#x\n" * 50_000,
        "a." * 120_000 + "b = 1",
        "a = " + "[" * 250_000,
        "a = " + "{a=" * 80_000,
        "a = [" + "1," * 120_000 + "]",
        "[[a]]\n" * 40_000,
        "[" * 250_000,
    ],
    ids=lambda text: text[:12].strip(),
)
def test_no_text_of_256_kib_takes_long(text: str):
    started = time.process_time()
    outline(text)
    # a linear pass takes a fraction of this; a quadratic one minutes
    assert time.process_time() - started < 5
