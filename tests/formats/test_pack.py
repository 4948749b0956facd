"""A course pack is read whole, or everything that is wrong with it is told at once."""

from __future__ import annotations

import zipfile
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pytest

from bot.domain.course import Check, Course, Fault, Objective, Reading, Video
from bot.domain.drawing import Share
from bot.domain.questions import HARD, MEDIUM, SeveralChoices, SingleChoice, TrueFalse
from bot.domain.unit_lint import by_unit, look_over
from bot.formats.pack import MAX_FAULTS, MAX_PACK, MAX_TOML, read_folder, read_pack, read_path, zip_folder
from tests.formats.packs import COURSE, MEASUREMENT, files, zipped


def read(**spoilt: str) -> Course | tuple[Fault, ...]:
    return read_pack("pack.zip", zipped(files(**spoilt)))


def course(**spoilt: str) -> Course:
    result = read(**spoilt)
    assert isinstance(result, Course), result
    return result


def faults(**spoilt: str) -> list[str]:
    result = read(**spoilt)
    assert isinstance(result, tuple)
    return [str(fault) for fault in result]


def spoil(old: str, new: str) -> str:
    assert old in COURSE
    return COURSE.replace(old, new)


def test_what_makes_units_fail_is_found_in_a_pack_that_is_right_as_a_file():
    text = spoil('text = "Convert between units"', 'text = "Know the units"')
    text = text.replace("cooldown_hours = 0.5", "cooldown_hours = 100").replace('"6:32"', '"10:01"')
    measurement, atoms = by_unit(look_over(course(course=text))).values()
    assert [type(each).__name__ for each in measurement] == [
        "VagueObjective", "NoReview", "LongVideo", "ThinBank", "NoTimeToRetake"
    ]  # fmt: skip
    assert [type(each).__name__ for each in atoms] == ["NoReview", "LongVideo", "ThinBank"]


# --- what is right -----------------------------------------------------------------------------------


def test_a_pack_is_read_as_its_teacher_wrote_it():
    chemistry = course()
    assert (chemistry.slug, chemistry.title) == ("intro-chemistry", "Introductory chemistry")
    measurement, atoms = chemistry.units
    assert measurement.objectives == (
        Objective("1.1", "Read a ruler to the right number of digits", "Watch 2:10-4:00 again."),
        Objective("1.2", "Convert between units"),
    )
    assert measurement.prework.materials == (
        Video("Significant figures", "https://video.example/a?v=1", 392),
        Reading("Units", "https://text.example/units", 480),
    )
    assert measurement.prework.questions == (TrueFalse("q1", "Ice floats.", answer=True),)
    assert (measurement.check.draw, measurement.check.cooldown_s) == (2, 1800)
    assert [(one.slug, one.objective) for one in measurement.check.bank] == [("m-01", "1.1"), ("m-02", "1.2")]
    assert atoms.prework.length_s == 3723
    assert isinstance(atoms.prework.questions[0], SeveralChoices)


def test_with_one_objective_every_question_belongs_to_it_and_the_cooldown_is_four_hours():
    check = course().units[1].check
    assert isinstance(check, Check)
    assert isinstance(check.bank[0], SingleChoice)
    assert check.bank[0].objective == "2.1"
    assert check.cooldown_s == 4 * 3600


@pytest.mark.parametrize(("hours", "seconds"), [("0", 0), ("0.1", 360), ("24", 86_400), ("1e1", 36_000)])
def test_a_cooldown_may_be_nothing_or_a_fraction(hours: str, seconds: int):
    text = spoil("cooldown_hours = 0.5", f"cooldown_hours = {hours}")
    assert course(course=text).units[0].check.cooldown_s == seconds


def test_a_lone_toml_holds_its_questions_itself():
    text = COURSE.replace('bank_file = "questions/measurement.gift"', f"bank = '''\n{MEASUREMENT}'''")
    text = text.replace('questions_file = "questions/atoms.txt"', "questions = 'A {T}'")
    result = read_pack("chemistry.TOML", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert isinstance(result, Course)
    assert result.units[0].check.bank == course().units[0].check.bank


def test_a_zip_of_the_folder_itself_is_read_too():
    inside = {f"My course/{name}": text for name, text in files().items()}
    clutter = {"__MACOSX/My course/._course.toml": b"\0", "My course/.DS_Store": b"\0"}
    assert read_pack("pack.zip", zipped(inside | clutter)) == course()


def test_a_folder_its_zip_and_its_path_give_the_same_course(tmp_path: Path):
    for name, text in files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "SOURCES.md").write_text("where it is from", encoding="utf-8")
    data = zip_folder(tmp_path)
    assert read_folder(tmp_path) == read_path(tmp_path) == read_pack("a.zip", data) == course()
    assert zip_folder(tmp_path) == data
    assert zipfile.ZipFile(BytesIO(data)).namelist() == sorted(files())
    (tmp_path / "a.zip").write_bytes(data)
    assert read_path(tmp_path / "a.zip") == course()


def test_accents_in_file_names_match_however_they_are_composed():
    text = spoil("questions/atoms.txt", "questions/\u00e9l\u00e9ments.txt")
    content = files(course=text)
    content["questions/e\u0301le\u0301ments.txt"] = content.pop("questions/atoms.txt")
    assert isinstance(read_pack("a.zip", zipped(content)), Course)


# --- what is wrong -----------------------------------------------------------------------------------


def test_all_faults_are_told_at_once_with_file_line_and_field():
    text = (
        COURSE.replace('slug = "intro-chemistry"', 'slug = "Intro chemistry"')
        .replace("draw = 2", "draw = 26\ncooldown = 3")
        .replace('length = "6:32"', 'length = "6.32"')
        .replace("https://text.example/units", "http://text.example/units")
        .replace("Ice floats. {T}", "\nIce floats. {}")
        .replace('slug = "atoms"', 'slug = "measurement"')
    )
    assert faults(course=text, measurement=MEASUREMENT.replace("[tag:1.1]", "[tag:1.3]")) == [
        "course.toml, line 2: course.slug: it may have only small letters, digits and -, 1 to 40 of them",
        (
            "course.toml, line 14: units[1].prework.videos[1].length: it must be minutes and seconds"
            ' such as "6:32", or "1:06:32", 10 hours at most'
        ),
        "course.toml, line 15: units[1].prework.readings[1].url: it must start with https://",
        (
            "course.toml, line 18: Ice floats.: the hand-in form asks for one choice, word or number: "
            "ask this in the check"
        ),
        "course.toml, line 22: units[1].check.draw: it must be a number from 1 to 25",
        "course.toml, line 23: units[1].check.cooldown: unknown key: did you mean cooldown_hours?",
        "course.toml, line 28: units[2].slug: measurement is already taken by number 1",
        "questions/measurement.gift, line 2: Digits: [tag:1.3] is no objective of this unit (1.1, 1.2)",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('title = "Atoms"\nobj', "obj", 25, "units[2].title: it is missing"),
        ('title = "Atoms"\nobj', 'title = " "\nobj', 27, "title: it is empty"),
        ('title = "Atoms"\nobj', f'title = "{"x" * 81}"\nobj', 27, "81 characters, and 80 is the most"),
        ('title = "Atoms"\nobj', 'title = "a\\u0007b"\nobj', 27, "control character"),
        ('title = "Atoms"\nobj', "title = 5\nobj", 27, "text in quotes"),
        ("draw = 1", "draw = 1.5", 35, "whole number"),
        ("draw = 1", 'draw = "1"', 35, "number without quotes"),
        ("draw = 1", "draw = true", 35, "number without quotes"),
        ("draw = 1", "draw = 0", 35, "from 1 to 25"),
        ("draw = 1", "draw = 2", 35, "2 questions are to be drawn, and the bank has 1"),
        ("cooldown_hours = 0.5", "cooldown_hours = nan", 22, "from 0 to 336"),
        ("cooldown_hours = 0.5", "cooldown_hours = -inf", 22, "from 0 to 336"),
        ("cooldown_hours = 0.5", "cooldown_hours = -1", 22, "from 0 to 336"),
        ("cooldown_hours = 0.5", "cooldown_hours = 1e99999", 22, "from 0 to 336"),
        ('length = "1:02:03"', 'length = "0:00"', 31, "minutes and seconds"),
        ('length = "1:02:03"', 'length = "1:2:03"', 31, "minutes and seconds"),
        ('length = "1:02:03"', 'length = "1:72:03"', 31, "minutes and seconds"),
        ('length = "1:02:03"', 'length = "6:60"', 31, "minutes and seconds"),
        ('length = "1:02:03"', 'length = "999:00"', 31, "10 hours at most"),
        ('"https://video.example/b"', '"javascript:alert(1)"', 31, "https://"),
        ('"https://video.example/b"', '"https://me:pw@video.example"', 31, "no plain web address"),
        ('"https://video.example/b"', '"https://video.example/a b"', 31, "no plain web address"),
        ('"https://video.example/b"', '"https://localhost/"', 31, "no plain web address"),
        ('"https://video.example/b"', '"https://[x"', 31, "no web address"),
        ('"https://video.example/b"', f'"https://video.example/{"x" * 500}"', 31, "512 is the most"),
        ('questions_file = "questions/atoms.txt"', "", 30, "it is missing: write questions = '''"),
        ('"questions/atoms.txt"', '"questions/atom.txt"', 32, "did you mean questions/atoms.txt?"),
        ('"questions/atoms.txt"', '"../atoms.txt"', 32, "climb out"),
        ('"questions/atoms.txt"', '"/etc/passwd"', 32, "starts inside the pack"),
        ('"questions/atoms.txt"', '"questions\\\\atoms.txt"', 32, "no backslash"),
        ('"questions/atoms.txt"', '"questions/atoms.docx"', 32, "ends in .gift, .txt, .csv"),
        ('"questions/atoms.txt"', '""', 32, "1 to 200 characters"),
        ('questions_file = "questions/atoms.txt"', "questions = ''", 32, "no questions in it"),
        ("bank = '''", "bank_file = \"questions/atoms.txt\"\nbank = '''", 36, "either bank or bank_file"),
        ('{ slug = "2.1", text', '{ slug = "", text', 28, "letters, digits"),
        ('objectives = [ { slug = "2.1"', 'objectives = [ 1, { slug = "2.1"', 28, "list of tables"),
        ("[units.check]\ndraw = 1", "[units.chekc]\ndraw = 1", 34, "unknown key: did you mean check?"),
        ("The nucleus holds {=protons ~electrons}.", "The nucleus holds", 37, "no answers in braces"),
    ],
)
def test_each_fault_names_its_line(old: str, new: str, line: int, words: str):
    found = faults(course=spoil(old, new))
    assert any(words in fault and f"course.toml, line {line}:" in fault for fault in found), found


def with_blueprint(*shares: str) -> str:
    """MEASUREMENT has one question on each of its two objectives, and two are drawn."""
    return spoil(
        "draw = 2\n", "draw = 2\nblueprint = [\n" + "".join(f"  {{ {one} }},\n" for one in shares) + "]\n"
    )


def test_a_blueprint_is_read_as_its_teacher_wrote_it():
    shares = 'objective = "1.1", count = 1', 'objective = "1.2", difficulty = "medium", count = 1'
    measurement, atoms = course(course=with_blueprint(*shares)).units
    assert measurement.check.blueprint == (Share("1.1", 1), Share("1.2", 1, MEDIUM))
    assert atoms.check.blueprint == ()


def test_a_blueprint_counts_on_the_difficulty_that_a_question_is_tagged_with():
    shares = with_blueprint('objective = "1.1", difficulty = "hard", count = 1')
    hard = MEASUREMENT.replace("[tag:1.1]", "[tag:1.1] [tag:difficulty:hard]")
    assert course(course=shares, measurement=hard).units[0].check.blueprint == (Share("1.1", 1, HARD),)


@pytest.mark.parametrize(
    ("shares", "line", "words"),
    [
        (['objective = "1.3", count = 1'], 23, "1.3 is no objective of this unit (1.1, 1.2)"),
        (
            ['objective = "1.1", count = 1', 'objective = "1.2", difficulty = "tough", count = 1'],
            24,
            '"easy", "medium" or "hard"',
        ),
        (['objective = "1.1", count = 1', 'objective = "1.2", count = 0'], 24, "a number from 1 to 25"),
        (['objective = "1.1"'], 23, "count: it is missing"),
        (['objective = "1.1", count = 1, hard = true'], 23, "unknown key"),
        (
            ['objective = "1.1", count = 1', 'objective = "1.2", count = 2'],
            22,
            "add up to 3, and a form has 2",
        ),
        (
            ['objective = "1.1", difficulty = "hard", count = 1'],
            23,
            "1 hard questions on 1.1, and the bank has 0",
        ),
        (['objective = "1.1", count = 2'], 23, "it makes 2 questions on 1.1, and the bank has 1"),
        (
            ['objective = "1.1", count = 1', 'objective = "1.1", difficulty = "medium", count = 1'],
            24,
            "it makes 2 questions on 1.1",
        ),
        (['objective = "1.1", count = 1', 'objective = "1.1", count = 1'], 24, "number 1 says this already"),
    ],
)
def test_a_blueprint_that_cannot_be_met_is_told_by_its_line(shares: list[str], line: int, words: str):
    found = faults(course=with_blueprint(*shares))
    assert any(words in fault and f"course.toml, line {line}:" in fault for fault in found), found


def test_counts_are_held():
    objectives = ", ".join(f'{{ slug = "{n}", text = "t" }}' for n in range(13))
    text = spoil('[ { slug = "2.1", text = "Name the parts of an atom" } ]', f"[ {objectives} ]")
    assert any("objectives: there must be 1 to 12, and there are 13" in one for one in faults(course=text))
    videos = ", ".join(['{ title = "t", url = "https://video.example/b", length = "1:00" }'] * 4)
    text = spoil(
        '[ { title = "Atoms", url = "https://video.example/b", length = "1:02:03" } ]', f"[ {videos} ]"
    )
    assert any("videos: there must be 0 to 3, and there are 4" in one for one in faults(course=text))
    four = "\n\n".join(f"A{n} {{T}}" for n in range(4))
    assert faults(atoms=four) == ["questions/atoms.txt, line 7: there are 4 questions, and 3 is the most"]
    bank = "\n\n".join(f"// [tag:1.1]\nA{n} {{T}}" for n in range(301))
    assert any("301 questions, and 300 is the most" in one for one in faults(measurement=bank))
    units = "".join(
        COURSE[COURSE.index('[[units]]\nslug = "atoms') :].replace("atoms", f"a{n}") for n in range(30)
    )
    assert any(
        "units: there must be 1 to 30, and there are 32" in one for one in faults(course=COURSE + units)
    )


def test_prework_needs_something_to_watch_or_read():
    text = spoil('videos = [ { title = "Atoms", url = "https://video.example/b", length = "1:02:03" } ]', "")
    assert any("at least one video or reading" in one for one in faults(course=text))
    text = spoil('[ { title = "Atoms", url = "https://video.example/b", length = "1:02:03" } ]', "[]")
    assert any("there must be at least one" in one for one in faults(course=text))


def test_a_bank_over_several_objectives_needs_tags_and_one_each():
    assert faults(measurement=MEASUREMENT.replace("[tag:1.1]", "")) == [
        (
            "questions/measurement.gift, line 2: Digits: no objective: "
            "write a line // [tag:1.1] directly before the question"
        )
    ]
    assert "tagged with 2 objectives" in faults(measurement=MEASUREMENT.replace("[tag:easy]", "[tag:1.1]"))[0]


def test_the_same_file_used_twice_tells_its_faults_once():
    text = spoil("questions/measurement.gift", "questions/atoms.txt")
    assert len([one for one in faults(course=text, atoms="Broken {") if "never closed" in one]) == 1


def test_no_more_than_a_hundred_faults_are_told():
    found = faults(measurement="\n\n".join(["Explain. {}"] * 300))
    assert len(found) == MAX_FAULTS + 1
    assert found[-1].endswith("and 200 more: mend these first")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[course]\nslug = "a', 2, ""),
        ("[course]\nslug = 'a'\nslug = 'b'", 3, "overwrite"),
        ("[course]\n[course]", 2, "twice"),
        ("[course]\nslug = a", 2, "Invalid value"),
        ("[course]\nx = 1e99999999999999999999", 2, ""),
        ("[course]\nx = " + "9" * 5000, 2, ""),
        ('[course]\nx = """\nWhich \\{a\\}"""', 3, "write ''' instead"),
        ("[course]\n\na b", 3, ""),
    ],
)
def test_what_is_not_toml_is_told_with_its_line(text: str, line: int, words: str):
    result = read_pack("a.toml", text.encode())
    assert isinstance(result, tuple)
    assert [(fault.file, fault.line) for fault in result] == [("a.toml", line)]
    assert result[0].problem
    assert words in result[0].problem


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.toml", b"\xff\xfe[\0c\0", "UTF-16"),
        ("a.toml", b'[course]\ntitle = "\xe9"', "UTF-8"),
        ("a.toml", b"[course]\n\0", "NUL"),
        ("a.toml", b"#" * (MAX_TOML + 1), "256 KiB"),
        ("a.toml", b"#" * (MAX_PACK + 1), "8 MiB"),
        ("a.toml", b"", "course: it is missing"),
        ("a.docx", b"hello", ".toml file, or a .zip"),
        ("a.zip", b"hello", "damaged, or not a .zip"),
        ("a.toml", b"PK\x03\x04 but no more", "damaged, or not a .zip"),
        ("a.zip", zipped({"readme.txt": "hello"}), "no course.toml at its root"),
    ],
)
def test_what_is_no_pack_is_told_plainly(name: str, data: bytes, words: str):
    result = read_pack(name, data)
    assert isinstance(result, tuple)
    assert words in str(result[0])


def test_a_hostile_file_name_is_made_fit_to_show():
    result = read_pack("../../etc/\x1b[31m\n" + "x" * 300, b"hello")
    assert isinstance(result, tuple)
    assert len(result[0].file) == 100
    assert result[0].file.isprintable()


def test_the_example_of_the_several_choice_question_keeps_its_exact_credits():
    question = course().units[1].prework.questions[0]
    assert isinstance(question, SeveralChoices)
    assert [option.credit for option in question.options] == [Fraction(1, 2), Fraction(1, 2), Fraction(-1)]
