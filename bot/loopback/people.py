"""People on the wire: they write, run commands, press, choose and fill in forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import discord
from simcord._modal import _commit_modal_uploads, _modal_submit_nodes
from simcord.actors import MemberActor, _check_select_handles
from simcord.backend.command_access import command_access
from simcord.backend.models import Guild, Interaction, Message
from simcord.builders import GuildHandle, RoleHandle, UserHandle
from simcord.components import walk_components
from simcord.enums import SELECT_TYPES, ComponentType, InteractionType
from simcord.interactions import build_options, nest_options, resolve_handle, walk_to_subcommand

from bot.loopback.changes import PATIENCE_S
from bot.loopback.filling import fill, handle_of, open_form, value_of
from bot.loopback.interactions import Pending, payload_of
from bot.loopback.screen import NotPossible, Scene, Screen, Where
from bot.loopback.seen import Answer, Choice, Form, Seen, answer_kind, choices, read_form, see

Command = tuple[dict[str, Any], dict[str, Any], list[str]]


class Server(GuildHandle):
    """A Discord server. simcord's `create_role` and `create_text_channel` make roles and channels."""

    def __init__(self, scene: Scene, guild: Guild) -> None:
        super().__init__(cast("Any", scene), guild)
        self.scene = scene

    def add_person(
        self, name: str | UserHandle, *, roles: Sequence[RoleHandle] = (), nick: str | None = None
    ) -> Person:
        """A new account of that name, or somebody known from another server, joins."""
        user = name if isinstance(name, UserHandle) else self._account(name)
        return Person(self, self.add_member(user, roles=roles, nick=nick))

    def add_teacher_role(self, name: str = "Teacher") -> RoleHandle:
        """A role that may manage the server, its roles and channels."""
        powers = discord.Permissions(manage_guild=True, manage_roles=True, manage_channels=True)
        return self.create_role(name, permissions=powers)

    def _account(self, name: str) -> UserHandle:
        user = self.scene.backend.make_user(name.lower().replace(" ", "."), global_name=name)
        return UserHandle(cast("Any", self.scene), user)


class Person(Screen):
    """One member of one server. What Discord's client would not let them do raises NotPossible.

    `patience_s` is how long they look at "thinking…" (real seconds) before they give up.
    """

    patience_s = PATIENCE_S

    def __init__(self, server: Server, actor: MemberActor) -> None:
        super().__init__(server.scene, server, actor.user)
        self.server, self.actor, self.user = server, actor, actor.user

    def say(self, words: str, where: Where | None = None) -> Seen:
        """Write a message."""
        channel_id = self._channel_id(where)
        if channel_id != self.dm:
            channel = self._backend.channels[channel_id]
            needed = "send_messages_in_threads" if channel.is_thread else "send_messages"
            self._backend.require_permissions(self.server.id, self.id, channel_id, needed)
        return see(self._backend, self._backend.create_message(channel_id, self.id, words))

    def leave(self) -> None:
        self.server.remove_member(self.actor)

    async def slash(
        self, command: str, options: Mapping[str, Any] | None = None, *, where: Where | None = None
    ) -> Answer:
        """Run a command, for example slash("course import", {"file": ("c.toml", b"...")}).

        Options take str, int, float, bool, a Person, role and channel handles, and (name, bytes) for a file.
        """
        channel_id = self._channel_id(where)
        root, leaf, nesting = self._command(command, channel_id)
        built, resolved = build_options(self.actor, command, leaf, _handles(options), channel_id=channel_id)
        data = self._command_data(root, nest_options(root, nesting, built))
        if resolved:
            data["resolved"] = resolved
        return await self._act(InteractionType.APPLICATION_COMMAND, channel_id, data)

    async def suggestions(
        self, command: str, option: str, typed: str, filled: Mapping[str, Any] | None = None, *,
        where: Where | None = None,
    ) -> tuple[Choice, ...]:  # fmt: skip
        """Type into an option that has autocomplete; what is offered."""
        channel_id = self._channel_id(where)
        root, leaf, nesting = self._command(command, channel_id)
        focused = next((o for o in leaf.get("options") or () if o["name"] == option), None)
        if focused is None or not focused.get("autocomplete"):
            raise NotPossible(f"/{command} has no option {option!r} with autocomplete")
        built, _ = build_options(
            self.actor, command, leaf, _handles(filled), partial=True, channel_id=channel_id
        )
        built.append({"name": option, "type": focused["type"], "value": typed, "focused": True})
        data = self._command_data(root, nest_options(root, nesting, built))
        answer = await self._act(InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE, channel_id, data)
        return answer.suggestions

    async def press(self, button: str, on: Seen | Answer | None = None) -> Answer:
        """Press a button, by label or custom_id, on this message or on the newest one that has it."""
        message, component = self._component(button, on, (ComponentType.BUTTON,))
        if not component.get("custom_id"):
            raise NotPossible(f"{button!r} is a link")
        return await self._use(message, component)

    async def select(
        self, values: Any, on: Seen | Answer | None = None, *, menu: str | None = None
    ) -> Answer:
        """Choose in a menu: labels or values of its options, or people, roles and channels.

        `menu` is its custom_id or placeholder, where there are several.
        """
        message, component = self._component(menu, on, SELECT_TYPES)
        chosen = [values] if isinstance(values, str) or not isinstance(values, Iterable) else list(values)
        least, most = component.get("min_values", 1), component.get("max_values", 1)
        if not least <= len(chosen) <= most:
            raise NotPossible(f"choose between {least} and {most}, not {len(chosen)}")
        return await self._use(message, component, self._chosen(component, chosen, message.channel_id))

    async def submit(self, form: Form | Answer, values: Mapping[str, Any]) -> Answer:
        """Fill in a form by label or custom_id, and send it.

        Text and radio groups take a str, checkbox groups and selects a list, a checkbox a bool, uploads
        (name, bytes). What is left out keeps what stood in it.
        """
        form = open_form(form)
        record = self._backend.interactions[form.interaction_id]
        if record.user_id != self.id or record.modal_consumed:
            raise NotPossible("this form is not open on this person's screen")
        record.modal_consumed = True
        return await self._submit(record, form.custom_id, form, values)

    # --------------------------------------------------------------- what only a tampered client does

    async def forge_press(
        self, on: Seen, custom_id: str, *, values: Sequence[str] | None = None,
        component_type: int = ComponentType.BUTTON,
    ) -> Answer:  # fmt: skip
        """Send a press with any custom_id, on a message gone, changed or never shown to this person."""
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": component_type}
        if values is not None:
            data |= {"values": list(values), "component_type": ComponentType.STRING_SELECT}
        return await self._act(InteractionType.MESSAGE_COMPONENT, on.channel_id, data, on.payload)

    async def forge_submit(
        self, form: Form | Answer, values: Mapping[str, Any], *, custom_id: str | None = None
    ) -> Answer:
        """Send a form again, or somebody else's, or with another custom_id."""
        form = open_form(form)
        record = self._backend.interactions[form.interaction_id]
        return await self._submit(record, custom_id or form.custom_id, form, values)

    # ----------------------------------------------------------------------------------- how it is done

    def _command(self, command: str, channel_id: int) -> Command:
        """The root command, the subcommand meant, and the names on the way to it."""
        name, *path = command.split()
        guild_id = self._backend.channels[channel_id].guild_id
        root = self._backend.find_command(name, guild_id)
        if root is None:
            known = sorted({key[0] for scope in self._backend.commands.values() for key in scope})
            raise NotPossible(f"there is no command /{name}; there are {known}")
        access = command_access(self._backend, root, user_id=self.id, channel_id=channel_id)
        if not access.allowed:
            raise NotPossible(f"{self.name} does not see /{name} here: {access.reason}")
        return root, *walk_to_subcommand(root, path)

    def _command_data(self, root: dict[str, Any], options: list[dict[str, Any]]) -> dict[str, Any]:
        data = {"id": root["id"], "name": root["name"], "type": root.get("type", 1), "options": options}
        return data | ({"guild_id": root["guild_id"]} if root.get("guild_id") else {})

    def _component(
        self, wanted: str | None, on: Seen | Answer | None, types: tuple[int, ...]
    ) -> tuple[Message, dict[str, Any]]:
        message = self._message_with(wanted, types) if on is None else self._live(on)
        return message, _the_component(message, wanted, types)

    def _message_with(self, wanted: str | None, types: tuple[int, ...]) -> Message:
        """The newest message on any of their screens that has the component."""
        found = [
            message
            for channel_id in (*(channel.id for channel in self._readable()), self.dm)
            for message in self._backend.messages.get(channel_id, {}).values()
            if self._shown(message)
            and any(_is(component, wanted, types) for component in walk_components(message.components))
        ]
        if not found:
            raise NotPossible(f"{self.name} sees no message with {wanted!r}")
        return max(found, key=lambda message: message.id)

    def _live(self, on: Seen | Answer) -> Message:
        """The message as it stands now, if this person still sees it."""
        seen = on.message if isinstance(on, Answer) else on
        message = self._backend.messages.get(seen.channel_id, {}).get(seen.id) if seen is not None else None
        if message is None or not self._shown(message):
            raise NotPossible(f"{self.name} does not see that message (any more)")
        return message

    async def _use(self, message: Message, component: dict[str, Any], more: Mapping[str, Any] = {}) -> Answer:
        data = {"custom_id": component["custom_id"], "component_type": component["type"], **more}
        if component.get("id") is not None:
            data["id"] = component["id"]
        payload = payload_of(self._backend, message)
        return await self._act(InteractionType.MESSAGE_COMPONENT, message.channel_id, data, payload)

    def _chosen(self, menu: dict[str, Any], chosen: list[Any], channel_id: int) -> dict[str, Any]:
        if menu["type"] == ComponentType.STRING_SELECT:
            return {"values": [value_of(choices(menu["options"]), str(item)) for item in chosen]}
        handles = handle_of(chosen)
        _check_select_handles(menu["type"], handles)
        resolved: dict[str, dict[str, Any]] = {}
        for handle in handles:
            resolve_handle(self.actor, handle, resolved, channel_id=channel_id)
        return {"values": [str(handle.id) for handle in handles], "resolved": resolved}

    async def _submit(
        self, record: Interaction, custom_id: str, form: Form, values: Mapping[str, Any]
    ) -> Answer:
        assert record.modal is not None
        resolved: dict[str, dict[str, Any]] = {}
        uploads: list[tuple[dict[str, Any], str, bytes]] = []
        components = _modal_submit_nodes(
            record.modal["components"], self.actor, fill(form, values), resolved, record.channel_id, uploads
        )  # fmt: skip
        _commit_modal_uploads(self.actor, record.channel_id, uploads, resolved)
        data = {"custom_id": custom_id, "components": components}
        if resolved:
            data["resolved"] = resolved
        source = self._backend.messages[record.channel_id].get(record.source_message_id or 0)
        payload = None if source is None else payload_of(self._backend, source)
        return await self._act(InteractionType.MODAL_SUBMIT, record.channel_id, data, payload)

    async def _act(
        self, kind: int, channel_id: int, data: dict[str, Any], message: dict[str, Any] | None = None
    ) -> Answer:
        pending = self._scene.interactions.send(
            kind, user_id=self.id, channel_id=channel_id, data=data, message=message,
            guild_id=self._backend.channels[channel_id].guild_id,
        )  # fmt: skip
        await self._scene.interactions.finish(pending, patience_s=self.patience_s)
        return self._answer(pending)

    def _answer(self, pending: Pending) -> Answer:
        record = pending.record
        stored = self._backend.messages.get(record.channel_id, {})
        message = stored.get(record.message_id or 0)
        followups = [stored[message_id] for message_id in record.followup_ids if message_id in stored]
        return Answer(
            kind=answer_kind(record, completed=pending.completions > 0),
            message=None if message is None else see(self._backend, message),
            form=None if record.modal is None else read_form(record.modal, record.id),
            suggestions=choices(record.autocomplete_choices),
            followups=tuple(see(self._backend, followup) for followup in followups),
            first_s=pending.first_s,
            last_s=pending.last_s,
        )


def _handles(options: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: handle_of(value) for name, value in (options or {}).items()}


def _is(component: dict[str, Any], wanted: str | None, types: tuple[int, ...]) -> bool:
    names = (component.get("custom_id"), component.get("label"), component.get("placeholder"))
    return component.get("type") in types and (wanted is None or wanted in names)


def _the_component(message: Message, wanted: str | None, types: tuple[int, ...]) -> dict[str, Any]:
    found = [c for c in walk_components(message.components) if _is(c, wanted, types)]
    if not found:
        raise NotPossible(f"that message has no {wanted!r}")
    if found[0].get("disabled"):
        raise NotPossible(f"{wanted!r} is disabled")
    return found[0]
