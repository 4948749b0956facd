"""Discord's limits (RA11), as a second and slower reading of its documentation than the bot's own.

Lengths are counted in UTF-16 units: Discord counts characters, which are never more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

Json = Mapping[str, Any]

ROW, BUTTON, SELECT, INPUT, TEXT, CONTAINER, LABEL = 1, 2, 3, 4, 10, 17, 18
PEOPLE, RADIO, CHECKBOXES = 5, 21, 22
LINK_STYLE, IS_V2 = 5, 1 << 15


class OverLimitError(AssertionError):
    """A payload that Discord would refuse."""


def check_requests(requests: Iterable[Any]) -> int:
    """Checks everything that a bot sent; gives how many requests had something to check."""
    checked = 0
    for each in requests:
        try:
            checked += check_request(each.path, each.json, each.reason)
        except OverLimitError as error:
            raise OverLimitError(f"{each.method} {each.path}: {error}") from None
    return checked


def check_request(path: str, body: Any, reason: str | None) -> bool:
    if reason is not None:
        _length("the audit reason", quote(reason, safe="/ "), 1, 512)
    match body:
        case {"type": 9, "data": modal}:
            check_modal(modal)
        case {"type": 8, "data": data}:
            _check_choices(data["choices"])
        case {"type": 4 | 7, "data": message}:
            check_message(message)
        case {"components": _}:
            check_message(body)
        case {"name": name} if path.endswith(("/channels", "/roles", "/threads")):
            _length("a name", name, 1, 100)
            _length("a topic", body.get("topic") or "", 0, 1024)
        case _:
            return False
    return True


def check_message(message: Json) -> None:
    """One message of Components V2, with whom it would ping."""
    check_components(message["components"])
    _must(message.get("flags", IS_V2) & IS_V2, "the flag of Components V2 is missing")
    _must(
        not message.get("content") and not message.get("embeds"), "V2 takes no content beside the components"
    )
    _length("the nonce", str(message.get("nonce", "")), 0, 25)
    _check_pings(message)


def _check_pings(message: Json) -> None:
    """Nobody, but for the one student whom a private thread was made for."""
    allowed = message.get("allowed_mentions")
    if allowed is None:
        raise OverLimitError("it does not say whom it may ping")
    _must(not allowed.get("parse"), f"it pings all {allowed.get('parse')}")
    _must(not allowed.get("roles"), "it pings a role")
    whom = [f"-# For <@{each}>" for each in allowed.get("users") or ()]
    said = [each["content"] for each in walk(message["components"]) if each["type"] == TEXT]
    _must(len(whom) <= 1 and all(each in said for each in whom), f"it pings {whom}")


def check_components(components: Sequence[Json]) -> None:
    parts = list(walk(components))
    _must(1 <= len(parts) <= 40, f"{len(parts)} components")
    texts = [each["content"] for each in parts if each["type"] == TEXT]
    for text in texts:
        _must(text.strip(), "an empty text")
    _length("all texts together", "".join(texts), 1, 4000)
    _check_unique("custom_id", parts)
    _check_unique("id", [each for each in parts if each.get("id")])
    for each in parts:
        _CHECKS.get(each["type"], _anything)(each)


def walk(components: Iterable[Json]) -> Iterator[Json]:
    for each in components:
        yield each
        yield from walk(each.get("components") or ())
        if "component" in each:
            yield from walk([each["component"]])


def _anything(part: Json) -> None:
    pass


def _check_unique(key: str, parts: Sequence[Json]) -> None:
    values = [each[key] for each in parts if key in each]
    _must(len(values) == len(set(values)), f"a {key} twice among {values}")


def _check_container(part: Json) -> None:
    _must(part["components"], "an empty container")
    _must(1 <= part.get("id", 1) < 2**31, f"the id {part.get('id')}")


def _check_row(part: Json) -> None:
    inside = [each["type"] for each in part["components"]]
    _must(
        inside in ([SELECT], [PEOPLE]) or (1 <= len(inside) <= 5 and set(inside) == {BUTTON}),
        f"a row of {inside}",
    )


def _check_button(part: Json) -> None:
    _words("a button", part["label"], 80)
    if part["style"] == LINK_STYLE:
        _length("an address", part["url"], 1, 512)
        _must(part["url"].startswith(("https://", "http://")), f"the address {part['url']}")
    else:
        _length("a custom_id", part["custom_id"], 1, 100)


def _check_select(part: Json) -> None:
    _length("a custom_id", part["custom_id"], 1, 100)
    _length("a placeholder", part.get("placeholder") or "", 0, 150)
    least, most, options = part.get("min_values", 1), part.get("max_values", 1), part["options"]
    _must(0 <= least <= most <= min(25, len(options)), f"{least} to {most} of {len(options)}")
    _check_options(options, 1, 25)
    _must(sum(bool(each.get("default")) for each in options) <= most, "more chosen than may be")


def _check_options(options: Sequence[Json], least: int, most: int) -> None:
    _must(least <= len(options) <= most, f"{len(options)} options")
    _check_unique("value", options)
    for each in options:
        _words("an option", each["label"], 100)
        _length("a value", each["value"], 1, 100)
        _length("a description", each.get("description") or "", 0, 100)


def _check_input(part: Json) -> None:
    _length("a custom_id", part["custom_id"], 1, 100)
    _length("a placeholder", part.get("placeholder") or "", 0, 100)
    most = part.get("max_length", 4000)
    _must(1 <= most <= 4000, f"an input of {most}")
    # a student typed it into such a field before, and Discord counted characters there
    _must(len(part.get("value") or "") <= most, "more filled in than may be")


def _check_radio(part: Json) -> None:
    _check_options(part["options"], 2, 10)
    _must(sum(bool(each.get("default")) for each in part["options"]) <= 1, "two chosen of one")


def _check_checkboxes(part: Json) -> None:
    options = part["options"]
    _check_options(options, 1, 10)
    _must(
        1 <= part.get("min_values", 1) <= part.get("max_values", len(options)) <= len(options), "its bounds"
    )


def _check_label(part: Json) -> None:
    _words("a field's name", part["label"], 45)
    description = part.get("description")
    if description is not None:
        _words("a field's description", description, 100)


_CHECKS = {
    ROW: _check_row,
    BUTTON: _check_button,
    SELECT: _check_select,
    INPUT: _check_input,
    CONTAINER: _check_container,
    LABEL: _check_label,
    RADIO: _check_radio,
    CHECKBOXES: _check_checkboxes,
}


def check_modal(modal: Json) -> None:
    _words("a form's title", modal["title"], 45)
    _length("a form's custom_id", modal["custom_id"], 1, 100)
    _must(1 <= len(modal["components"]) <= 5, f"{len(modal['components'])} fields")
    parts = list(walk(modal["components"]))
    _check_unique("custom_id", parts)
    for each in parts:
        _CHECKS.get(each["type"], _anything)(each)
        if each["type"] == TEXT:
            _words("a form's text", each["content"], 4000)


def _check_choices(choices: Sequence[Json]) -> None:
    _must(len(choices) <= 25, f"{len(choices)} choices")
    for each in choices:
        _words("a choice", each["name"], 100)
        _length("a choice's value", str(each["value"]), 1, 100)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _length(what: str, text: str, least: int, most: int) -> None:
    _must(
        least <= units(text) <= most, f"{what} has {units(text)}, and {least} to {most} may be: {text[:60]!r}"
    )


def _words(what: str, text: str, most: int) -> None:
    _length(what, text, 1, most)
    _must(text.strip(), f"{what} is blank")


def _must(holds: object, problem: str) -> None:
    if not holds:
        raise OverLimitError(problem)
