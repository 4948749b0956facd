"""What a person sees on the screen: messages, buttons, menus, forms, and the answer to what they did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from simcord.backend import Backend
from simcord.backend.models import Interaction, Message
from simcord.backend.models.interaction import ResponseKind
from simcord.components import walk_components
from simcord.enums import SELECT_TYPES, ComponentType

from bot.loopback.interactions import payload_of

AnswerKind = Literal["message", "update", "form", "suggestions", "acknowledged", "thinking", "none"]
LINK_STYLES = (5, 6)
FIELD_KINDS = {
    ComponentType.TEXT_INPUT: "text",
    ComponentType.FILE_UPLOAD: "files",
    ComponentType.RADIO_GROUP: "radio group",
    ComponentType.CHECKBOX_GROUP: "checkbox group",
    ComponentType.CHECKBOX: "checkbox",
} | dict.fromkeys(SELECT_TYPES, "select")


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    value: Any


@dataclass(frozen=True, slots=True)
class Button:
    """A button on a message; a link has a `url` and no `custom_id`."""

    label: str
    custom_id: str | None
    url: str | None
    disabled: bool


@dataclass(frozen=True, slots=True)
class Menu:
    custom_id: str
    placeholder: str
    options: tuple[Choice, ...]
    disabled: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as it stood when it was looked at. `text` is all there is to read, top to bottom."""

    id: int
    channel_id: int
    author: str
    at: datetime
    text: str
    buttons: tuple[Button, ...]
    menus: tuple[Menu, ...]
    files: tuple[str, ...]
    ephemeral: bool
    payload: dict[str, Any] = field(repr=False)

    def button(self, label_or_custom_id: str) -> Button:
        for button in self.buttons:
            if label_or_custom_id in (button.label, button.custom_id):
                return button
        raise LookupError(f"no button {label_or_custom_id!r} among {[each.label for each in self.buttons]}")


@dataclass(frozen=True, slots=True)
class Field:
    """A control of a form. `kind` is one of FIELD_KINDS' values; `value` what stands in it at first."""

    custom_id: str
    kind: str
    label: str
    description: str
    required: bool
    options: tuple[Choice, ...]
    value: Any


@dataclass(frozen=True, slots=True)
class Form:
    """A modal on the screen of the person who opened it."""

    title: str
    custom_id: str
    text: str
    fields: tuple[Field, ...]
    interaction_id: int

    def field(self, label_or_custom_id: str) -> Field:
        for each in self.fields:
            if label_or_custom_id in (each.label, each.custom_id):
                return each
        raise LookupError(f"no field {label_or_custom_id!r} among {[each.label for each in self.fields]}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command, a press or a form. Times are real seconds from the act on the wire.

    `kind`: a new message; an update of the message acted on; a form; suggestions; "acknowledged" (nothing
    to see), "thinking" (deferred and not completed in time), or "none": the application did not respond.
    """

    kind: AnswerKind
    message: Seen | None = None
    form: Form | None = None
    suggestions: tuple[Choice, ...] = ()
    followups: tuple[Seen, ...] = ()
    first_s: float | None = None
    last_s: float | None = None

    @property
    def text(self) -> str:
        if self.kind == "none":
            return "The application did not respond"
        shown = [self.message, *self.followups]
        lines = [seen.text for seen in shown if seen is not None]
        if self.form is not None:
            lines += [self.form.title, self.form.text, *(each.label for each in self.form.fields)]
        return "\n".join(line for line in lines if line)

    @property
    def ephemeral(self) -> bool:
        """Whether only this person sees the answer. A form is always theirs alone."""
        return self.message.ephemeral if self.message is not None else self.form is not None


def see(backend: Backend, message: Message) -> Seen:
    """Render a message as its readers see it."""
    components = list(walk_components(message.components))
    author = backend.users[message.author_id]
    return Seen(
        id=message.id,
        channel_id=message.channel_id,
        author=author.global_name or author.name,
        at=datetime.fromisoformat(message.timestamp),
        text="\n".join(line for line in _lines(message) if line),
        buttons=tuple(_button(c) for c in components if c.get("type") == ComponentType.BUTTON),
        menus=tuple(_menu(c) for c in components if c.get("type") in SELECT_TYPES),
        files=tuple(str(file["filename"]) for file in message.attachments),
        ephemeral=message.is_ephemeral,
        payload=payload_of(backend, message),
    )


def read_form(modal: dict[str, Any], interaction_id: int) -> Form:
    parts = list(walk_components(modal["components"]))
    return Form(
        title=modal["title"],
        custom_id=modal["custom_id"],
        text="\n".join(part["content"] for part in parts if part["type"] == ComponentType.TEXT_DISPLAY),
        fields=tuple(_fields(modal["components"])),
        interaction_id=interaction_id,
    )


def answer_kind(record: Interaction, *, completed: bool) -> AnswerKind:
    match record.response_kind:
        case None:
            return "none"
        case ResponseKind.DEFERRED:
            return "thinking"
        case ResponseKind.DEFERRED_UPDATE:
            return "update" if completed else "acknowledged"
        case ResponseKind.MODAL:
            return "form"
        case ResponseKind.AUTOCOMPLETE:
            return "suggestions"
        case ResponseKind.UPDATE:
            return "update"
        case ResponseKind.PONG:
            return "acknowledged"
        case ResponseKind.MESSAGE:
            return "message"


def choices(raw: list[dict[str, Any]] | None) -> tuple[Choice, ...]:
    return tuple(Choice(option.get("label") or option["name"], option["value"]) for option in raw or ())


def _lines(message: Message) -> Iterator[str]:
    yield message.content
    for embed in message.embeds:
        yield (embed.get("author") or {}).get("name", "")
        yield embed.get("title") or ""
        yield embed.get("description") or ""
        for part in embed.get("fields") or ():
            yield f"{part['name']}: {part['value']}"
        yield (embed.get("footer") or {}).get("text", "")
    for component in walk_components(message.components):
        yield _words(component)


def _words(component: dict[str, Any]) -> str:
    kind = component.get("type")
    if kind == ComponentType.TEXT_DISPLAY:
        return component["content"]
    if kind == ComponentType.THUMBNAIL:
        return component.get("description") or ""
    if kind == ComponentType.MEDIA_GALLERY:
        return "\n".join(item.get("description") or "" for item in component["items"])
    return ""


def _button(component: dict[str, Any]) -> Button:
    emoji = (component.get("emoji") or {}).get("name") or ""
    return Button(
        label=component.get("label") or emoji,
        custom_id=None if component["style"] in LINK_STYLES else component.get("custom_id"),
        url=component.get("url"),
        disabled=bool(component.get("disabled")),
    )


def _menu(component: dict[str, Any]) -> Menu:
    return Menu(
        custom_id=component["custom_id"],
        placeholder=component.get("placeholder") or "",
        options=choices(component.get("options")),
        disabled=bool(component.get("disabled")),
    )


def _fields(nodes: list[dict[str, Any]], label: str = "", description: str = "") -> Iterator[Field]:
    for node in nodes:
        if node["type"] == ComponentType.LABEL:
            yield from _fields([node["component"]], node["label"], node.get("description") or "")
        elif node["type"] == ComponentType.ACTION_ROW:
            yield from _fields(node["components"])
        elif node["type"] in FIELD_KINDS:
            yield Field(
                custom_id=node["custom_id"],
                kind=FIELD_KINDS[node["type"]],
                label=label or node.get("label") or "",
                description=description,
                required=bool(node.get("required", True)),
                options=choices(node.get("options")),
                value=_first_value(node),
            )


def _first_value(node: dict[str, Any]) -> Any:
    """What stands in a control before anybody touched it: text, a tick, or the options chosen."""
    if node["type"] in (ComponentType.TEXT_INPUT, ComponentType.CHECKBOX):
        return node.get("value", node.get("default"))
    return tuple(option["value"] for option in node.get("options") or () if option.get("default"))
