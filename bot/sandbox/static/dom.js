/** A new element: a tag, its attributes (class, text and on… among them), its children. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export const $ = (id) => document.getElementById(id);

/** Puts new children in the place of the old, unless they would look the same: focus and scroll stay. */
export function fill(parent, children) {
  const fresh = el("div", {}, ...children);
  if (fresh.innerHTML === parent.dataset.drawn) return;
  const key = document.activeElement?.dataset?.key;
  const inside = parent.contains(document.activeElement);
  parent.dataset.drawn = fresh.innerHTML;
  parent.replaceChildren(...fresh.childNodes);
  if (inside && key) parent.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

/** Clock and day of an instant, in the class's zone. */
export function wall(iso, zone) {
  const at = new Date(iso);
  const part = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(at);
  return {
    clock: part({ hour: "2-digit", minute: "2-digit" }),
    day: part({ weekday: "short", day: "numeric", month: "short" }),
  };
}
