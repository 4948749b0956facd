import { $, el } from "./dom.js";

/** Rooms kept open behind the one that is shown, so that going back is instant and half-typed words stay. */
const MOST = 4;
/** What simcord says when an act did not count, and what that means to a person. */
const TROUBLE = [
  [/not completed/i, "That did not go through: the room had just changed. Please press it again."],
  [/uncertain|interrupted/i, "The sandbox did not answer in time. Look whether it worked before you press again."],
  [/session ended|unavailable/i, "This room was closed. Choose it again on the left."],
];

const open = new Map();

/** Shows the frame of that key; `address` is asked for when it is not open yet. */
export async function show(key, title, address) {
  let frame = open.get(key);
  if (!frame) {
    frame = el("iframe", { title, src: await address() });
    frame.addEventListener("load", () => watch(frame));
    $("frames").append(frame);
  }
  open.delete(key);
  open.set(key, frame);
  for (const [other, each] of open) each.classList.toggle("shown", other === key);
  while (open.size > MOST) close(open.keys().next().value);
}

export function close(key) {
  open.get(key)?.remove();
  open.delete(key);
}

/** The frame is ours and on our address, so its status line can be read; it is put in plainer words. */
function watch(frame) {
  const status = frame.contentDocument?.getElementById("action-status");
  if (!status) return;
  new MutationObserver(() => {
    const found = TROUBLE.find(([pattern]) => pattern.test(status.textContent));
    if (found && frame.classList.contains("shown")) notice(found[1]);
  }).observe(status, { childList: true, characterData: true, subtree: true });
}

let hiding = 0;

export function notice(words, keep = false) {
  clearTimeout(hiding);
  $("notice").textContent = words;
  $("notice").hidden = false;
  if (!keep) hiding = setTimeout(() => { $("notice").hidden = true; }, 6000);
}
