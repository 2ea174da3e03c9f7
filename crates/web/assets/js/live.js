// What others do appears here: rows change in place, new ones wait in the pill, the open case grows. One stream for all tabs.
import { arrived, forget, refresh, reload } from "./list.js";
import { Stream } from "./stream.js";
import { times } from "./time.js";

const root = document.documentElement;
const start = root.dataset.event;

function shown(connected) {
  const banner = document.getElementById("connection");
  if (banner) banner.hidden = connected;
}

/** The open case as it is now, without touching what is being written. */
async function renew(id) {
  const talk = document.getElementById("talk");
  const conversation = talk?.querySelector('[name="conversation"]')?.value;
  forget(id);
  const response = await fetch(`/app/cases/${id}?${conversation ? `conversation=${conversation}` : ""}`, { headers: { "HX-Request": "true" } });
  if (!response.ok || document.getElementById("talk")?.dataset.case !== id) return;
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  const now = parsed.getElementById("talk");
  // The thread, the head and the tabs are renewed; the composer stays, and so does what it has seen: the guard needs it.
  for (const part of ["#entries", ".pane-head", ".pane-sub"]) {
    const [from, to] = [now?.querySelector(part), talk.querySelector(part)];
    if (!from || !to || from.isEqualNode(to) || to.querySelector("details[open]") || (part === "#entries" && to.querySelector("form:focus-within"))) continue;
    to.replaceWith(from);
    htmx.process(from);
    times(from);
  }
  document.dispatchEvent(new CustomEvent("pane:shown:quietly", { detail: { pane: talk } }));
}

let last = 0;
function counts() {
  if (Date.now() - last < 2000) return;
  last = Date.now();
  fetch("/app/counts", { headers: { "HX-Request": "true" } }).then((response) => response.ok ? response.json() : null).then((numbers) => {
    for (const [view, number] of Object.entries(numbers ?? {})) for (const place of document.querySelectorAll(`[data-count="${CSS.escape(view)}"]`)) place.textContent = number > 999 ? "999+" : String(number);
  }).catch(() => {});
}

function take(message) {
  if (message.kind === "state") return shown(message.connected);
  if (message.kind === "reset") { reload(); return counts(); }
  if (message.kind !== "events") return;
  const ids = [...new Set(message.events.map((event) => event.case ?? event.case_id).filter(Boolean))];
  const list = document.getElementById("list");
  if (ids.length && list) {
    refresh(ids);
    const unknown = ids.filter((id) => !document.getElementById(`row-${id}`));
    // Only what belongs into this list waits in the pill: the server answers with those rows.
    if (unknown.length) fetch(`/app/rows?${list.dataset.query}&ids=${unknown.slice(0, 50).join(",")}`, { headers: { "HX-Request": "true" } })
      .then((response) => response.ok ? response.text() : "")
      .then((text) => arrived([...new DOMParser().parseFromString(text, "text/html").querySelectorAll("a.row")].map((row) => row.dataset.case))).catch(() => {});
  }
  const open = document.getElementById("talk")?.dataset.case;
  if (open && ids.includes(open)) renew(open);
  counts();
}

function alone() {
  // Without a shared worker one tab holds the stream and tells the others.
  const channel = new BroadcastChannel("madoguchi-events");
  channel.onmessage = ({ data }) => take(data);
  const hold = () => new Promise(() => {
    const stream = new Stream(start, (message) => { take(message); channel.postMessage(message); });
    document.addEventListener("click", (event) => { if (event.target.closest("[data-reconnect]")) stream.retry(); });
  });
  if (navigator.locks) navigator.locks.request("madoguchi-events", hold); else hold();
}

if (start !== undefined) {
  if ("SharedWorker" in window) {
    const worker = new SharedWorker(root.dataset.worker, { type: "module", name: `madoguchi-${root.dataset.me}` });
    worker.port.onmessage = ({ data }) => take(data);
    worker.onerror = alone;
    worker.port.postMessage({ kind: "start", event: start });
    addEventListener("pagehide", () => worker.port.postMessage({ kind: "bye" }));
    document.addEventListener("click", (event) => { if (event.target.closest("[data-reconnect]")) worker.port.postMessage({ kind: "retry" }); });
  } else alone();
}
