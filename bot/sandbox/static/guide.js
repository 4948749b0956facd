import { $, el } from "./dom.js";

const TIMES = { minutes: "+10 min", hour: "+1 hour", morning: "Tomorrow 8:00" };
let steps = [];
let at = 0;
let go = () => {};
let time = () => {};

/** `goTo(step)` takes the page to the step's person and room, `moveTime(step)` moves the clock. */
export function startGuide(all, goTo, moveTime) {
  steps = all;
  go = goTo;
  time = moveTime;
  at = Math.min(Number(sessionStorage.getItem("guide") ?? 0), Math.max(0, steps.length - 1));
  $("guide-panel").hidden = steps.length === 0;
  draw();
}

function turn(to) {
  at = to;
  sessionStorage.setItem("guide", String(at));
  draw();
  $("guide").querySelector("h3").focus();
}

/** *Label* becomes a key cap, `typed` a piece of code. */
function marked(line) {
  return el("p", {}, ...line.split(/(\*[^*]+\*|`[^`]+`)/).map((part) => {
    if (part.startsWith("*")) return el("kbd", { text: part.slice(1, -1) });
    if (part.startsWith("`")) return el("code", { text: part.slice(1, -1) });
    return document.createTextNode(part);
  }));
}

function solutions(all) {
  return el("details", { class: "solutions" }, el("summary", { text: "Right answers, if you want them" }),
    el("dl", {}, ...all.flatMap((each) => [
      el("dt", { text: each.question }), ...each.answers.map((answer) => el("dd", { text: answer })),
    ])));
}

function draw() {
  const step = steps[at];
  if (!step) return;
  $("guide-count").textContent = `step ${at + 1} of ${steps.length}`;
  const last = at === steps.length - 1;
  $("guide").replaceChildren(
    el("h3", { tabindex: "-1", text: step.title }),
    el("div", { class: "lines" }, ...step.lines.map(marked)),
    step.solutions.length ? solutions(step.solutions) : "",
    el("div", { class: "go" },
      step.person ? el("button", { type: "button", class: "main", text: `Be ${step.person}`, onclick: () => go(step) }) : null,
      step.time ? el("button", { type: "button", text: TIMES[step.time], onclick: () => time(step.time) }) : null),
    el("div", { class: "walk" },
      el("button", { type: "button", text: "‹ Back", disabled: at === 0, onclick: () => turn(at - 1) }),
      el("span", { class: "dots", "aria-hidden": "true" },
        ...steps.map((_, index) => el("i", { class: index === at ? "now" : null }))),
      el("button", {
        type: "button", text: last ? "Close guide" : "Next ›",
        onclick: () => { if (last) $("guide-panel").open = false; else turn(at + 1); },
      })),
  );
}
