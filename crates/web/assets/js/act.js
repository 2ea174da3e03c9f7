// Acts: shown at once, taken back when the server says no. Every write carries the session's token and a key that makes it happen once.
const token = document.querySelector('meta[name="csrf"]')?.content ?? "";
const keys = new WeakMap();

/** Says something to people who listen instead of looking. */
export function announce(text) {
  const line = document.getElementById("announcer");
  if (line) line.textContent = text;
}

/** Headers of a write of ours that htmx does not make. */
export function writeHeaders(idempotencyKey = crypto.randomUUID()) {
  return { "X-CSRF-Token": token, "Idempotency-Key": idempotencyKey, "HX-Request": "true" };
}

document.addEventListener("htmx:configRequest", (event) => {
  const { verb, headers, elt, triggeringEvent } = event.detail;
  if (verb === "get") return;
  headers["X-CSRF-Token"] = token;
  // The same press of the same button keeps its key when it is repeated after a broken connection.
  if (!keys.has(elt)) keys.set(elt, crypto.randomUUID());
  headers["Idempotency-Key"] = keys.get(elt);
  const pressed = triggeringEvent?.submitter;
  if (pressed?.name) event.detail.parameters[pressed.name] = pressed.value;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) keys.delete(event.detail.elt);
});

const gone = new Set(["close", "snooze", "no-reply"]);
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  for (const menu of form.closest?.(".talk, .list")?.querySelectorAll("details.menu[open]") ?? []) menu.open = false;
  if (!form.dataset?.act) return;
  const row = document.getElementById(`row-${form.dataset.case}`);
  if (row && gone.has(form.dataset.act)) row.dataset.gone = "";
});
function takeBack(event) {
  const id = event.detail.elt?.dataset?.case;
  const row = id && document.getElementById(`row-${id}`);
  if (row) delete row.dataset.gone;
  problem(event.detail.xhr);
}
/** Shows what the server said about a write that did not happen. */
export function problem(response) {
  const said = document.getElementById("words")?.dataset.actFailed ?? "";
  const kind = response?.getResponseHeader?.("content-type") ?? "";
  const text = kind.startsWith("text/plain") ? response.responseText.slice(0, 300) : said;
  let line = document.getElementById("problem-line");
  if (!line) {
    line = Object.assign(document.createElement("p"), { id: "problem-line", className: "flag bad problem-line" });
    line.setAttribute("role", "alert");
    (document.querySelector("#undo-place") ?? document.body).append(line);
  }
  line.textContent = text;
  setTimeout(() => line.remove(), 8000);
}
document.addEventListener("htmx:responseError", takeBack);
document.addEventListener("htmx:sendError", takeBack);

// A refusal of the guard (409) and of the draft check (422) comes with the pane that says why: it is shown, not swallowed.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 409 || event.detail.xhr.status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
});

// Undo: the seconds run in words; the line leaves when the reply does.
function countDown() {
  for (const line of document.querySelectorAll(".undo[data-until]")) {
    const left = Math.ceil((Number(line.dataset.until) - Date.now()) / 1000);
    const words = line.querySelector("[data-left]");
    if (left <= 0) line.remove();
    else if (words && words.textContent !== String(left)) words.textContent = String(left);
  }
}
setInterval(countDown, 250);

// Dialogs that the server sends open themselves; the focus goes back when they close.
document.addEventListener("htmx:load", (event) => {
  const dialog = event.target.matches?.("dialog[data-opens]") ? event.target : event.target.querySelector?.("dialog[data-opens]");
  if (dialog && !dialog.open) { dialog.showModal(); dialog.addEventListener("close", () => dialog.remove(), { once: true }); }
});

// One menu at a time; a click elsewhere closes it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const copies = event.target.closest("[data-copies]");
  if (copies) {
    const source = copies.dataset.copies === "text" ? document.getElementById("composer-text")?.value : document.getElementById(copies.dataset.copies)?.textContent;
    if (source) navigator.clipboard?.writeText(source).then(() => announce(document.getElementById("words")?.dataset.copied ?? ""));
  }
});
