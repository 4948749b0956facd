import { $, el } from "./dom.js";

/** Rooms kept open behind the one that is shown, so that going back is instant and half-typed words stay. */
const MOST = 4;
const open = new Map();

/** Shows the frame of that key; `address` is asked for when it is not open yet. */
export async function show(key, title, address) {
  let frame = open.get(key);
  if (!frame) {
    frame = el("iframe", { title, src: await address() });
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

let hiding = 0;

export function notice(words, keep = false) {
  clearTimeout(hiding);
  $("notice").textContent = words;
  $("notice").hidden = false;
  if (!keep) hiding = setTimeout(() => { $("notice").hidden = true; }, 6000);
}
