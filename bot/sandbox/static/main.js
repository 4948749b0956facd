import * as api from "./api.js";
import { $, el, fill, wall } from "./dom.js";
import * as frames from "./frames.js";
import { startGuide } from "./guide.js";
import { freshen } from "./inside.js";
import { drawPhone, startTexting } from "./phone.js";
import { colour, drawRail } from "./rail.js";

/** Below this width the panels would lie over the conversation. */
const NARROW = 900;

/** The newest state of the world; whom the page acts as, and in which room. */
let state = null;
let ahead = 0;
const now = { person: sessionStorage.getItem("person"), room: null };
const rooms = new Map(JSON.parse(sessionStorage.getItem("rooms") ?? "[]"));

const me = () => state.people.find((person) => person.id === now.person);

function draw() {
  const index = state.people.findIndex((person) => person.id === now.person);
  drawRail(state, now, be, (room) => enter(now.person, room));
  drawPhone(me(), state.zone);
  drawClock();
  drawHappenings();
  const dot = el("span", { class: "dot", "aria-hidden": "true" });
  dot.style.background = colour(index);
  fill($("acting"), [dot, el("span", {}, "You are ", el("b", { text: me().name }),
    me().teacher ? ", the teacher" : ", a student")]);
  drawMoving(state.moving);
}

function drawMoving(moving) {
  document.body.classList.toggle("moving", moving);
  for (const button of document.querySelectorAll("[data-time]")) button.disabled = moving;
}

function drawClock() {
  const instant = new Date(Date.now() + ahead);
  const at = wall(instant, state.zone);
  freshen(frames.page(), instant, me().rooms, (room) => enter(now.person, room));
  $("clock-time").textContent = at.clock;
  $("clock-day").textContent = at.day;
  $("clock-day").title = state.zone;
}

function drawHappenings() {
  const all = [...state.happenings].reverse();
  const day = (each) => wall(each.at, state.zone).day;
  fill($("happenings"), all.length ? all.flatMap((each, index) => [
    index > 0 && day(all[index - 1]) !== day(each) ? el("li", { class: "day", text: day(each) }) : null,
    el("li", { class: each.what.startsWith("You ") ? "mine" : null },
      el("time", { datetime: each.at, text: wall(each.at, state.zone).clock }), el("span", { text: each.what })),
  ]).filter((each) => each !== null)
    : [el("li", { class: "none", text: "Nothing yet." })]);
  const newest = all[0];
  $("latest").textContent = newest ? `${wall(newest.at, state.zone).clock}  ${newest.what}` : "";
}

/** The room of that person where most happens: the one they were in, else the pre-work channel. */
function home(person) {
  const there = (id) => person.rooms.find((room) => room.id === id);
  return there(rooms.get(person.id)) ?? person.rooms.find((room) => /pre-work/.test(room.name)) ?? person.rooms[0];
}

function be(id) {
  return enter(id, home(state.people.find((person) => person.id === id)).id);
}

async function enter(person, room) {
  now.person = person;
  now.room = room;
  rooms.set(person, room);
  sessionStorage.setItem("person", person);
  sessionStorage.setItem("rooms", JSON.stringify([...rooms]));
  draw();
  const name = me().rooms.find((each) => each.id === room).name;
  try {
    await frames.show(`${person}/${room}`, `${name}, as ${me().name}`, async () => (await look(true)).frame);
    if (now.person === person && now.room === room) await look(false);
  } catch (fault) {
    lost(fault);
  }
}

const look = (frame) => api.look(now.person, now.room, $("phone-panel").open && !document.body.classList.contains("no-side"), frame);

async function moveTime(to) {
  drawMoving(true);
  try {
    await api.moveTime(to);
  } catch (fault) {
    drawMoving(state.moving);
    lost(fault);
  }
}

async function sendText(number, words) {
  try {
    await api.text(number, words);
    return true;
  } catch (fault) {
    lost(fault);
    return false;
  }
}

/** A step of the guide: its person, and the room whose name begins so. */
function goTo(step) {
  const person = state.people.find((each) => each.name === step.person);
  if (!person) return;
  const fits = (room) => (step.room === "dm" ? room.kind === "dm" : room.name.startsWith(step.room));
  enter(person.id, (person.rooms.find(fits) ?? home(person)).id);
}

function receive(next) {
  if (state && next.trouble[0] > state.trouble[0]) frames.notice(next.trouble[1]);
  state = { ...state, ...next };
  ahead = new Date(state.now) - Date.now();
  if ($("notice").dataset.lost === "true") $("notice").hidden = true;
  $("notice").dataset.lost = "false";
  if (!me()) now.person = state.people[0].id;
  if (me().rooms.some((room) => room.id === now.room)) draw();
  else be(now.person);
}

function lost(fault) {
  const ended = !fault?.status;
  $("notice").dataset.lost = String(ended);
  frames.notice(ended ? "The sandbox has ended. Start it again in the terminal and open the new address."
    : fault.message, ended);
}

function toggleSide() {
  const hidden = document.body.classList.toggle("no-side");
  $("side-toggle").textContent = hidden ? "Show panels" : "Hide panels";
  $("side-toggle").setAttribute("aria-expanded", String(!hidden));
  look(false).catch(lost);
}

async function start() {
  try {
    receive(await api.world());
  } catch (fault) {
    return lost(fault);
  }
  startGuide(state.guide, goTo, moveTime);
  startTexting(sendText);
  api.listen(receive, () => lost(null));
  setInterval(drawClock, 1000);
  for (const button of document.querySelectorAll("[data-time]")) {
    button.addEventListener("click", () => moveTime(button.dataset.time));
  }
  $("side-toggle").addEventListener("click", toggleSide);
  if (innerWidth < NARROW) toggleSide();
  $("phone-panel").addEventListener("toggle", () => look(false).catch(lost));
}

window.addEventListener("hashchange", () => location.reload());
start();
