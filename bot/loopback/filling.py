"""What a person chose or typed, turned into the values that Discord's client sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.loopback.screen import NotPossible
from bot.loopback.seen import Answer, Choice, Form


def open_form(form: Form | Answer) -> Form:
    found = form.form if isinstance(form, Answer) else form
    if found is None:
        raise NotPossible("no form was shown")
    return found


def handle_of(value: Any) -> Any:
    """simcord's handle for a Person, also within a list; anything else as it is."""
    if isinstance(value, list | tuple) and not (len(value) == 2 and isinstance(value[1], bytes)):
        return [handle_of(item) for item in value]
    return getattr(value, "actor", value)


def value_of(options: tuple[Choice, ...], wanted: str) -> str:
    """The value of the option with this label or value."""
    for option in options:
        if wanted in (option.value, option.label):
            return option.value
    raise NotPossible(f"no option {wanted!r} among {[option.label for option in options]}")


def fill(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by custom_id: what stood in the form, with what the person filled in by label or custom_id."""
    filled = {field.custom_id: field.value for field in form.fields if field.value not in (None, ())}
    filled |= {form.field(name).custom_id: value for name, value in values.items()}
    return {custom_id: _as_sent(form, custom_id, value) for custom_id, value in filled.items()}


def _as_sent(form: Form, custom_id: str, value: Any) -> Any:
    field = form.field(custom_id)
    if not field.options:
        return handle_of(value)
    chosen = [value_of(field.options, item) for item in ([value] if isinstance(value, str) else value)]
    return chosen[0] if field.kind == "radio group" else chosen
