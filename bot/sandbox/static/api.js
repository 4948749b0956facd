/** The sandbox's own requests. The token stands in the address's fragment, which no request carries by itself. */
const token = location.hash.slice(1);

async function ask(path, method, body) {
  const response = await fetch(path, {
    method,
    headers: { "X-Sandbox-Token": token, ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
    cache: "no-store",
  });
  if (!response.ok) throw Object.assign(new Error(await response.text()), { status: response.status });
  return response.json();
}

export const world = () => ask("/world", "GET");
/** Acting as `person` in `room`; with `frame` its address comes back. */
export const look = (person, room, phone, frame) => ask("/world/look", "POST", { person, room, phone, frame });
/** A text from one of the telephones on the page. */
export const text = (number, body) => ask("/world/text", "POST", { number, body });
export const moveTime = (to) => ask("/world/time", "POST", { to });

/** Calls `onState` with each new state, `onLost` when the sandbox no longer answers. */
export function listen(onState, onLost) {
  const source = new EventSource(`/world/events?token=${encodeURIComponent(token)}`);
  source.onmessage = (event) => onState(JSON.parse(event.data));
  source.onerror = () => onLost();
}
