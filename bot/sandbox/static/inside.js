/** What Discord's client does and simcord's page does not: moving relative times, links to channels from a DM,
 * and following the newest message while one is at the bottom. The frames are on our own address. */
import { el } from "./dom.js";

const RELATIVE = /^(in |now|today|tomorrow|yesterday|this |next |last )| ago$/;
/** The largest unit that fits, with its length in seconds; below a minute it is simply now. */
const UNITS = [["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
const CHANNEL = /<#(\d+)>/;
/** So near to the bottom counts as there, in pixels. */
const NEAR = 80;
const words = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });

/** `now` is the world's instant, as a Date; `rooms` are those that the acting person sees. */
export function freshen(page, now, rooms, enter) {
  for (const time of page?.querySelectorAll("time.discord-timestamp") ?? []) {
    if (!RELATIVE.test(time.textContent)) continue;
    const text = relative(new Date(time.dateTime), now);
    if (time.textContent !== text) time.textContent = text;
  }
  const list = page?.getElementById("channel-message-list");
  if (list && CHANNEL.test(list.textContent)) nameChannels(page, list, rooms, enter);
}

function relative(at, now) {
  const seconds = (at - now) / 1000;
  const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", Infinity];
  return words.format(Math.round(seconds / length), unit);
}

function nameChannels(page, list, rooms, enter) {
  const walk = page.createTreeWalker(list, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) if (CHANNEL.test(walk.currentNode.data)) found.push(walk.currentNode);
  for (const node of found) {
    const [before, id, after] = node.data.split(CHANNEL);
    const room = rooms.find((each) => each.id === id);
    const link = el("button", { type: "button", class: "mention channel-link", text: `#${room?.name ?? "unknown"}` });
    if (room) link.addEventListener("click", () => enter(room.id));
    else link.disabled = true;
    node.replaceWith(before, link, after);
  }
}

/** Keeps the newest message in sight, also when the composer grows, until somebody scrolls up. */
export function follow(page) {
  const timeline = page?.getElementById("channel-timeline");
  if (!timeline) return;
  let following = true;
  const down = () => { if (following) timeline.scrollTop = timeline.scrollHeight; };
  const noticed = () => { following = timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight < NEAR; };
  for (const how of ["wheel", "touchmove", "keydown", "pointerup"]) {
    timeline.addEventListener(how, () => setTimeout(noticed, 120), { passive: true });
  }
  const sizes = new page.defaultView.ResizeObserver(down);
  sizes.observe(timeline);
  sizes.observe(page.getElementById("channel-message-list"));
  down();
}
