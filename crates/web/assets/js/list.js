// The list: opening beside it, moving by keys, selecting, prefetching, and the pill in which new items wait. Rows never jump.
import { announce, problem, write } from "./act.js";
import { times } from "./time.js";

const app = document.querySelector(".app");
const rows = () => [...document.querySelectorAll("#rows .row")];
const at = () => document.querySelector("#rows .row[data-at]") ?? document.querySelector("#rows .row[aria-current]");
const fetched = new Map();
const fresh = new Set();
let opening = 0;

/** Fragment of a case; kept for a few seconds after a prefetch. */
function fragment(id) {
  const kept = fetched.get(id);
  if (kept && Date.now() - kept.since < 10000) return kept.text;
  const query = document.getElementById("list")?.dataset.query ?? "";
  const text = fetch(`/app/cases/${id}?${query}`, { headers: { "HX-Request": "true" } }).then((response) => response.ok ? response.text() : Promise.reject(response));
  text.catch(() => fetched.delete(id));
  fetched.set(id, { since: Date.now(), text });
  if (fetched.size > 20) fetched.delete(fetched.keys().next().value);
  return text;
}

/** Forgets what was fetched ahead of a case that changed. */
export function forget(id) { fetched.delete(id); }

/** Opens a case beside the list; the address says so. */
export async function open(id, { push = true, focus = true } = {}) {
  if (!document.getElementById("talk")) { location.assign(`/cases/${id}`); return; }
  const turn = ++opening;
  for (const row of rows()) {
    const here = row.dataset.case === id;
    row.toggleAttribute("data-at", here);
    if (here) { row.setAttribute("aria-current", "true"); delete row.dataset.unread; row.scrollIntoView({ block: "nearest" }); } else row.removeAttribute("aria-current");
  }
  app.dataset.open = "case";
  delete app.dataset.show;
  try {
    const text = await fragment(id);
    if (turn !== opening) return;
    place(text);
    if (push) history.pushState({ case: id }, "", document.querySelector(`#rows .row[data-case="${CSS.escape(id)}"]`)?.getAttribute("href") ?? `/inbox?case=${id}`);
    if (focus) document.querySelector("#talk .thread")?.focus({ preventScroll: true });
  } catch {
    location.assign(`/cases/${id}`);
  }
}

/** Puts the panes of a fragment where they belong. */
function place(text) {
  const parsed = new DOMParser().parseFromString(text, "text/html");
  for (const id of ["talk", "customer"]) {
    const [from, to] = [parsed.getElementById(id), document.getElementById(id)];
    if (!from || !to) continue;
    document.dispatchEvent(new CustomEvent("pane:leaving", { detail: { pane: to } }));
    to.replaceWith(from);
    htmx.process(from);
    times(from);
    document.dispatchEvent(new CustomEvent("pane:shown", { detail: { pane: from } }));
  }
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("#rows a.row, #talk a[data-case], #customer a[data-case]");
  if (!link) return;
  event.preventDefault();
  open(link.dataset.case);
});
addEventListener("popstate", (event) => {
  const id = event.state?.case ?? new URLSearchParams(location.search).get("case");
  if (id) open(id, { push: false }); else delete app.dataset.open;
});
for (const kind of ["pointerenter", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const row = event.target.closest?.("#rows a.row");
    if (row) fragment(row.dataset.case).catch(() => {});
  }, true);
}

/** Moves by so many rows; the next ones are fetched ahead. */
export function move(by, { extend = false } = {}) {
  const all = rows();
  if (!all.length) return;
  const from = all.indexOf(at());
  const to = Math.max(0, Math.min(all.length - 1, from < 0 ? 0 : from + by));
  if (extend) for (const row of [all[Math.max(0, from)], all[to]]) row.dataset.selected = "";
  for (const row of all) row.toggleAttribute("data-at", row === all[to]);
  all[to].focus({ preventScroll: true });
  all[to].scrollIntoView({ block: "nearest" });
  if (extend) counted();
  for (const row of all.slice(to, to + 3)) fragment(row.dataset.case).catch(() => {});
  if (to >= all.length - 5) document.querySelector("#rows .more [hx-get]")?.click();
}

/** Opens the row one is at, or the one after the open case. */
export function openAt(by = 0) {
  const all = rows();
  const row = by ? all[Math.min(all.length - 1, all.findIndex((row) => row.hasAttribute("aria-current")) + by)] : at();
  if (row) open(row.dataset.case);
}

/** Goes back: a dialog closes by itself, then the customer, then the case on a phone. */
export function back() {
  if (app.dataset.show) { delete app.dataset.show; return; }
  if (document.activeElement?.closest("#talk, #customer") && at()) { document.activeElement.blur(); at().focus(); return; }
  if (app.dataset.open) { delete app.dataset.open; document.getElementById("list")?.focus(); }
}

/** Selects the row one is at, or takes it out. */
export function select() {
  const row = at();
  if (row) { row.toggleAttribute("data-selected"); counted(); }
}
function counted() {
  const bar = document.getElementById("selection");
  const selected = rows().filter((row) => row.hasAttribute("data-selected"));
  if (!bar) return selected;
  bar.hidden = selected.length === 0;
  bar.querySelector("[data-selected]").textContent = String(selected.length);
  return selected;
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-bulk]");
  if (!button) return;
  const selected = counted();
  for (const row of selected) row.removeAttribute("data-selected");
  counted();
  if (button.dataset.bulk === "clear") return;
  const [act, body] = button.dataset.bulk === "close" ? ["close", ""] : ["assign", "agent=me"];
  for (const row of selected) {
    if (act === "close") row.parentElement.dataset.gone = "";
    const response = await write(`/app/cases/${row.dataset.case}/${act}`, new URLSearchParams(body)).catch(() => null);
    if (!response?.ok) { delete row.parentElement.dataset.gone; problem(null); }
  }
});

/** A row as the server has it now: changed in place, never moved. */
export async function refresh(ids) {
  const here = ids.filter((id) => document.getElementById(`row-${id}`));
  for (const id of ids) forget(id);
  if (here.length) {
    const query = document.getElementById("list")?.dataset.query ?? "";
    const response = await fetch(`/app/rows?${query}&ids=${here.join(",")}`, { headers: { "HX-Request": "true" } });
    if (response.ok) {
      const parsed = new DOMParser().parseFromString(`<ul>${await response.text()}</ul>`, "text/html");
      for (const id of here) {
        const [was, now] = [document.getElementById(`row-${id}`), parsed.getElementById(`row-${id}`)];
        if (!now) { was.dataset.gone = ""; continue; }
        const link = was.querySelector(".row"), fresh = now.querySelector(".row");
        for (const name of ["aria-current", "data-at", "data-selected"]) if (link.hasAttribute(name)) fresh.setAttribute(name, link.getAttribute(name));
        if (fresh.dataset.last !== link.dataset.last && !fresh.hasAttribute("aria-current")) fresh.dataset.unread = "";
        const focused = document.activeElement === link;
        was.replaceWith(now);
        times(now);
        if (focused) fresh.focus({ preventScroll: true });
      }
    }
  }
}

/** Cases that came or moved into the view wait in the pill. */
export function arrived(ids) {
  for (const id of ids) if (!document.getElementById(`row-${id}`)) fresh.add(id);
  const pill = document.getElementById("newpill");
  if (!pill || !fresh.size) return;
  pill.hidden = false;
  pill.querySelector("[data-new]").textContent = String(fresh.size);
  announce(pill.textContent.trim());
}

/** Loads the list anew at its beginning. */
export async function reload() {
  const query = document.getElementById("list")?.dataset.query;
  if (query === undefined) return;
  const response = await fetch(`/app/list?${query}`, { headers: { "HX-Request": "true" } });
  if (!response.ok) return;
  const list = document.getElementById("rows");
  const open = document.querySelector("#rows .row[aria-current]")?.dataset.case;
  list.innerHTML = await response.text();
  list.parentElement.querySelector(":scope > .empty")?.toggleAttribute("hidden", list.children.length > 0);
  document.getElementById(`row-${open}`)?.querySelector(".row")?.setAttribute("aria-current", "true");
  htmx.process(list);
  times(list);
  document.getElementById("rows-scroll")?.scrollTo(0, 0);
  fresh.clear();
  const pill = document.getElementById("newpill");
  if (pill) pill.hidden = true;
}
document.getElementById("newpill")?.addEventListener("click", reload);
