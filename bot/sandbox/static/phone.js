import { $, el, fill, wall } from "./dom.js";

const shown = new Map();
const spaced = (number) => number.replace(/^(\+1)(\d{3})(\d{3})(\d{4})$/, "$1 $2 $3 $4");

/** The telephone of the acting student: its number to type in, and its texts as they arrive. */
export function drawPhone(person, zone) {
  $("phone-panel").hidden = person.teacher;
  $("phone-title").textContent = `${person.name}'s phone`;
  const count = $("phone-count");
  count.hidden = person.unreadTexts <= 0;
  count.textContent = String(person.unreadTexts);
  fill($("phone-number"), [
    "Number ", el("b", { text: spaced(person.number) }),
    el("button", { type: "button", "data-key": "copy", "aria-label": `Copy ${person.number}`, text: "Copy" }),
  ]);
  $("phone-number").onclick = (event) => {
    if (event.target.tagName !== "BUTTON") return;
    navigator.clipboard?.writeText(person.number);
    event.target.textContent = "Copied";
  };
  drawTexts(person, zone);
}

function drawTexts(person, zone) {
  const before = shown.get(person.id) ?? person.texts.length;
  shown.set(person.id, person.texts.length);
  const list = $("texts");
  fill(list, person.texts.length ? person.texts.map((text, index) => {
    const at = wall(text.at, zone);
    return el("li", { class: index >= before ? "new" : null },
      text.body, el("time", { datetime: text.at, text: `${at.day}, ${at.clock}` }));
  }) : [el("li", { class: "none", text: none(person) })]);
  if (person.texts.length > before) list.scrollTop = list.scrollHeight;
}

function none(person) {
  return `No texts yet. The bot texts ${person.name} only after /phone, with this number and the code it sends.`;
}
