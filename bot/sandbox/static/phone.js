import { $, el, fill, wall } from "./dom.js";

const shown = new Map();
const chosen = new Map();
const spaced = (number) => number.replace(/^(\+1)(\d{3})(\d{3})(\d{4})$/, "$1 $2 $3 $4");

/** The telephones of the acting student, their own and their guardian's: numbers to type in, texts as they arrive. */
export function drawPhone(person, zone) {
  $("phone-panel").hidden = person.teacher;
  $("phone-title").textContent = `${person.name}'s phone`;
  const count = $("phone-count");
  count.hidden = person.unreadTexts <= 0;
  count.textContent = String(person.unreadTexts);
  const index = chosen.get(person.id) ?? 0;
  const phone = person.phones[index] ?? person.phones[0];
  drawChoice(person, zone, index);
  fill($("phone-number"), [
    "Number ", el("b", { text: spaced(phone.number) }),
    el("button", { type: "button", "data-key": "copy", "aria-label": `Copy ${phone.number}`, text: "Copy" }),
  ]);
  $("phone-number").onclick = (event) => {
    if (event.target.tagName !== "BUTTON") return;
    navigator.clipboard?.writeText(phone.number);
    event.target.textContent = "Copied";
  };
  $("text-back").dataset.number = phone.number;
  drawTexts(person, phone, index, zone);
}

function drawChoice(person, zone, index) {
  const names = ["Own phone", "Guardian's phone"];
  fill($("phone-choice"), person.phones.length < 2 ? [] : person.phones.map((phone, each) => el("button", {
    type: "button", "data-key": String(each), "aria-pressed": String(each === index),
  }, names[each], phone.unread > 0 ? el("span", { class: "badge", "aria-label": `${phone.unread} new`, text: String(phone.unread) }) : null)));
  $("phone-choice").onclick = (event) => {
    const key = event.target.closest("button")?.dataset.key;
    if (key === undefined) return;
    chosen.set(person.id, Number(key));
    drawPhone(person, zone);
  };
}

function drawTexts(person, phone, index, zone) {
  const before = shown.get(phone.number) ?? phone.texts.length;
  shown.set(phone.number, phone.texts.length);
  const list = $("texts");
  fill(list, phone.texts.length ? phone.texts.map((text, place) => {
    const at = wall(text.at, zone);
    return el("li", { class: [text.mine ? "mine" : "", place >= before ? "new" : ""].join(" ").trim() || null },
      text.body, el("time", { datetime: text.at, text: `${at.day}, ${at.clock}` }));
  }) : [el("li", { class: "none", text: none(person, index) })]);
  if (phone.texts.length > before) list.scrollTop = list.scrollHeight;
}

function none(person, index) {
  return index === 0
    ? `No texts yet. The bot texts ${person.name} only after /phone, with this number and the code it sends.`
    : `No texts yet. The bot texts a guardian only where the class has them, and after they agreed.`;
}

/** `send(number, words)` gives a promise; the words stay until they went. */
export function startTexting(send) {
  $("text-back").addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = $("text-words").value.trim();
    if (!words) return;
    if (await send($("text-back").dataset.number, words)) $("text-words").value = "";
  });
}
