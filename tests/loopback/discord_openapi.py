"""Holds the bot's requests against Discord's own OpenAPI description, where that is at hand.

    api = discord_api()                       # skips the test when the description is absent
    assert api.complaints(world.wire.requests) == []

Two things that discord.py itself always sends and Discord accepts are let pass: snowflakes as integers,
and permission bits as strings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema.exceptions import ValidationError
from openapi_schema_validator import OAS31Validator

DESCRIPTION = Path(__file__).parents[3] / "shared/data/openapi/discord.json"
PERMISSION_BITS = ("allow", "deny", "permissions", "default_member_permissions")
DIGITS = {"type": "string", "pattern": "^[0-9]+$"}


class DiscordApi:
    """Discord's HTTP API as it describes itself."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self._paths: dict[str, Any] = description["paths"]
        self._components = _as_discord_py_sends(description["components"])
        self._validators: dict[tuple[str, str], Any] = {}

    def complaints(self, requests: Iterable[Any]) -> list[str]:
        """What is wrong with each: one of `wire.requests`, or a line of the tour's --requests file."""
        found: list[str] = []
        for request in requests:
            read = request if isinstance(request, Mapping) else request.as_dict()
            found += [f"{read['method']} {read['path']}: {what}" for what in self._faults(read)]
        return found

    def _faults(self, request: Mapping[str, Any]) -> Iterator[str]:
        template = self._template(request["path"])
        if template is None:
            yield "no such path"
            return
        operation = self._paths[template].get(request["method"].lower())
        if operation is None:
            yield f"{template} has no such method"
            return
        declared = [*operation.get("parameters", ()), *self._paths[template].get("parameters", ())]
        for name in request["params"].keys() - {parameter["name"] for parameter in declared}:
            yield f"no parameter {name!r}"
        yield from self._body_faults(request, template, operation)

    def _template(self, path: str) -> str | None:
        """The path as described, preferring the one with the most words in common (@me before an id)."""
        parts = path.split("/")

        def words(template: str) -> int:
            pairs = list(zip(template.split("/"), parts, strict=False))
            fits = len(template.split("/")) == len(parts) and all(a[:1] == "{" or a == b for a, b in pairs)
            return sum(a == b for a, b in pairs) if fits else -1

        best = max(self._paths, key=words)
        return best if words(best) >= 0 else None

    def _body_faults(
        self, request: Mapping[str, Any], template: str, operation: Mapping[str, Any]
    ) -> Iterator[str]:
        described = operation.get("requestBody")
        if request["json"] is None:
            if described is not None and described.get("required"):
                yield "needs a body"
            return
        if described is None:
            yield "takes no body"
            return
        key = (request["method"], template)
        if key not in self._validators:
            schema = _with_bits_as_strings(_of_json(described["content"]))
            self._validators[key] = OAS31Validator({**schema, "components": self._components})
        for error in self._validators[key].iter_errors(request["json"]):
            yield _closest(error)


def discord_api() -> DiscordApi:
    """The description; the calling test is skipped where it is not at hand."""
    if not DESCRIPTION.exists():
        pytest.skip("Discord's OpenAPI description is not at hand")
    return _load()


@cache
def _load() -> DiscordApi:
    return DiscordApi(json.loads(DESCRIPTION.read_text(encoding="utf-8")))


def _of_json(content: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = "application/json" if "application/json" in content else "multipart/form-data"
    return content[kind]["schema"]


def _as_discord_py_sends(components: Any) -> Any:
    """The schemas, with integers let pass for snowflakes and strings for permission bits."""
    schemas = {name: _with_bits_as_strings(schema) for name, schema in components["schemas"].items()}
    schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], {"type": "integer", "minimum": 0}]}
    return {**components, "schemas": schemas}


def _with_bits_as_strings(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_with_bits_as_strings(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _with_bits_as_strings(value) for key, value in schema.items()}
    properties = changed.get("properties")
    if isinstance(properties, dict):
        for name in properties.keys() & set(PERMISSION_BITS):
            properties[name] = {"anyOf": [properties[name], DIGITS]}
    return changed


def _closest(error: ValidationError) -> str:
    """The fault within the alternative that was meant, which is the one of the same type."""
    while error.context:
        alternatives: dict[Any, list[ValidationError]] = {}
        for each in error.context:
            alternatives.setdefault(each.schema_path[0], []).append(each)
        meant = [faults for faults in alternatives.values() if not any(map(_of_another_type, faults))]
        error = (meant or list(alternatives.values()))[0][0]
    place = ".".join(map(str, error.absolute_path))
    return f"{place}: {error.message[:300]}"


def _of_another_type(error: ValidationError) -> bool:
    path = list(error.relative_path)
    return path == ["type"] or (not path and error.validator == "type")
