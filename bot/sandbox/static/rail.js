import { $, el, fill } from "./dom.js";

const COLOURS = ["#f2b8a0", "#9ecbff", "#b9e6a8", "#e3b7f2", "#ffd98a", "#8fe0d4"];
const SIGNS = { channel: "#", thread: "↳", dm: "@" };

export const colour = (index) => COLOURS[index % COLOURS.length];
export const initials = (name) =>
  name.split(/\s+/).map((word) => word[0]).slice(-2).join("").toUpperCase();

const unreadOf = (person) =>
  person.rooms.reduce((sum, room) => sum + room.unread, 0) + Math.max(0, person.unreadTexts);

function badge(count, what) {
  if (count <= 0) return null;
  return el("span", { class: "badge", "aria-label": `${count} ${what}`, text: count > 99 ? "99+" : String(count) });
}

function note(person) {
  if (person.teacher) return "teacher";
  return person.dmsClosed ? "student, DMs closed" : "student";
}

/** Draws whom one can be, and the rooms of the one who is chosen. */
export function drawRail(state, now, choosePerson, chooseRoom) {
  fill($("people"), state.people.map((person, index) => {
    const avatar = el("span", { class: "avatar", "aria-hidden": "true", text: initials(person.name) });
    avatar.style.background = colour(index);
    return el("li", {}, el("button", {
      type: "button", "data-key": person.id, "aria-current": String(person.id === now.person),
    }, avatar, el("span", { class: "who" }, el("b", { text: person.name }), el("small", { text: note(person) })),
    badge(unreadOf(person), "new")));
  }));
  const me = state.people.find((person) => person.id === now.person);
  $("rooms-title").textContent = `What ${me.name} sees`;
  fill($("rooms"), me.rooms.map((room) => el("li", { class: room.kind }, el("button", {
    type: "button", class: room.unread ? "unread" : null, "data-key": room.id, title: room.kind === "dm" ? "Direct messages with Flipcord" : room.name,
    "aria-current": String(room.id === now.room),
  }, el("span", { class: "sign", "aria-hidden": "true", text: SIGNS[room.kind] }),
  el("span", { class: "room-name", text: room.name }),
  badge(room.unread, "unread")))));
  $("people").onclick = (event) => pick(event, choosePerson);
  $("rooms").onclick = (event) => pick(event, chooseRoom);
}

function pick(event, choose) {
  const key = event.target.closest("button")?.dataset.key;
  if (key) choose(key);
}
