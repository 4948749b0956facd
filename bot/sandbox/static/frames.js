import { $, el } from "./dom.js";
import { follow } from "./inside.js";

/** Rooms kept open behind the one that is shown, so that going back is instant and half-typed words stay. */
const MOST = 6;
const open = new Map();

/** simcord draws a room in several goes; it is shown when it stands still, or after this many milliseconds. */
const PATIENCE = 4000;

let wanted = null;

/** Shows the frame of that key; `address` is asked for when it is not open yet. */
export async function show(key, title, address) {
  wanted = key;
  let frame = open.get(key);
  if (!frame) {
    frame = el("iframe", { title });
    open.set(key, frame);
    only(null);
    frame.src = await address();
    $("frames").append(frame);
    await ready(frame);
    follow(frame.contentDocument);
  }
  if (wanted !== key) return;
  open.delete(key);
  open.set(key, frame);
  only(key);
  while (open.size > MOST) {
    const [oldest, gone] = open.entries().next().value;
    gone.remove();
    open.delete(oldest);
  }
}

function only(key) {
  for (const [other, each] of open) each.classList.toggle("shown", other === key);
  $("opening").hidden = key !== null;
}

/** The frame is on our own address, so it can be asked whether it has finished drawing. */
async function ready(frame) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end && !(frame.contentWindow?.simcordPreview?.ready)) {
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

/** The page inside the frame that is shown. */
export const page = () => open.get(wanted)?.contentDocument;

let hiding = 0;

export function notice(words, keep = false) {
  clearTimeout(hiding);
  $("notice").textContent = words;
  $("notice").hidden = false;
  if (!keep) hiding = setTimeout(() => { $("notice").hidden = true; }, 6000);
}
