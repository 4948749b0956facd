"""Units as students type them: converted exactly, asked for again where they are missing, never run."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from bot.domain.grading import mark_at_once, unreadable
from bot.domain.questions import AcceptedNumber, NamedUnit, Numeric, Typed, UnitRule
from bot.domain.units import Unreadable
from bot.formats.units import PintUnits

ONE = Fraction(1)
UNITS = PintUnits()


def asks(low: str, high: str, unit: str) -> Numeric:
    return Numeric("q", "?", (AcceptedNumber(Decimal(low), Decimal(high), ONE),), unit=UnitRule(unit))


@pytest.mark.parametrize(
    ("unit", "value", "typed"),
    [
        ("m", "5", "5 m"),
        ("m", "5", "500cm"),
        ("m", "0.005", "5,0 mm"),
        ("m/s^2", "9.81", "9.81 m/s²"),
        ("m/s^2", "9.81", "9,81 m s^-2"),
        ("m/s^2", "9.81", "981 cm / s^2"),
        ("m/s", "20", "72 km/h"),
        ("m/s", "-20", "\u221272 km per hour"),
        ("m/s", "3e8", "3 x 10^8 m/s"),
        ("m/s", "3e8", "3·10⁵ km/s"),
        ("°C", "37", "98.6 °F"),
        ("degC", "37", "310.15 K"),
        ("K", "310.15", "37 degC"),
        ("%", "40", "40 %"),
        ("%", "40", "40%"),
        ("N", "12", "12 kg m/s^2"),
        ("J/(kg °C)", "4186", "4.186 kJ/(kg K)"),
        ("mol/L", "0.5", "0.5 M"),
        ("g/cm^3", "2.7", "2700 kg/m³"),
        ("Ω", "4700", "4.7 kΩ"),
        ("µm", "3", "0.003 mm"),
        ("L", "2", "2000 mL"),
        ("g", "453.59237", "1 lb"),
    ],
)
def test_a_quantity_is_right_in_whatever_unit_of_its_kind_it_is_typed(unit: str, value: str, typed: str):
    assert mark_at_once(asks(value, value, unit), Typed(typed), UNITS).credit == 1


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("5", Unreadable.NO_UNIT),
        ("5,0 ", Unreadable.NO_UNIT),
        ("5 kg", Unreadable.OTHER_UNIT),
        ("7 bananas", Unreadable.OTHER_UNIT),
        ("5 __class__", Unreadable.OTHER_UNIT),
        ("m", Unreadable.NOT_A_NUMBER),
        ("five m", Unreadable.NOT_A_NUMBER),
        ("9**9**9**9", Unreadable.NOT_A_NUMBER),
        ("1e999 m", Unreadable.NOT_A_NUMBER),
        ("nan m", Unreadable.NOT_A_NUMBER),
        ("1 x 10^999 m", Unreadable.NOT_A_NUMBER),
        ("5 " + "m" * 5000, Unreadable.NOT_A_NUMBER),
        ("5 m^999999", Unreadable.OTHER_UNIT),
        ("5 m^9 m^9 m^9 m^9 m^9 m^9 m^9 m^9 m^9", Unreadable.OTHER_UNIT),
    ],
)
def test_a_number_without_its_unit_is_asked_for_again_and_not_marked_wrong(typed: str, reason: Unreadable):
    assert unreadable(asks("5", "5", "m"), Typed(typed), UNITS) is reason
    assert mark_at_once(asks("5", "5", "m"), Typed(typed), UNITS).credit == 0


def test_a_wrong_number_of_the_right_kind_is_marked():
    question = asks("5", "5", "m")
    assert unreadable(question, Typed("5 mm"), UNITS) is None
    assert mark_at_once(question, Typed("5 mm"), UNITS).credit == 0


@pytest.mark.parametrize(
    ("typed", "free", "of_mark", "of_whole"),
    [
        ("5 m", "1", "1", "1"),
        ("500 cm", "1", "1", "1"),
        ("5", "1", "9/10", "9/10"),
        ("5 kg", "1", "9/10", "9/10"),
        ("5 cm", "1", "9/10", "9/10"),
        ("6 m", "1/2", "1/2", "1/2"),
        ("6", "1/2", "9/20", "2/5"),
        ("7 m", "0", "0", "0"),
    ],
)
def test_moodle_s_table_of_units_costs_what_moodle_takes(typed: str, free: str, of_mark: str, of_whole: str):
    named = (NamedUnit("m", ONE), NamedUnit("cm", Fraction(100)))
    accepted = (
        AcceptedNumber(Decimal(5), Decimal(5), ONE),
        AcceptedNumber(Decimal(6), Decimal(6), Fraction(1, 2)),
    )
    tenth = Fraction(1, 10)
    for expected, rule in (
        (free, UnitRule("m", named)),
        (of_mark, UnitRule("m", named, tenth)),
        (of_whole, UnitRule("m", named, tenth, of_whole=True)),
    ):
        assert mark_at_once(Numeric("q", "?", accepted, unit=rule), Typed(typed)).credit == Fraction(expected)
