// Acts: shown at once, taken back when the server says no. Every write carries the session's token and a key that makes it happen once.
const token = document.querySelector('meta[name="csrf"]')?.content ?? "";
const keys = new WeakMap();

/** Says something to people who listen instead of looking. */
export function announce(text) {
  const line = document.getElementById("announcer");
  if (line) line.textContent = text;
}

/** A key of its own for one intended act; `randomUUID` exists on secure origins alone. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Headers of a write of ours that htmx does not make. */
export function writeHeaders() {
  return { "X-CSRF-Token": token, "HX-Request": "true" };
}

/** One intended act: it carries one key, and is repeated with it when the connection breaks or the server is away for a moment. */
export async function write(address, body) {
  // Read once: a form with files gets another boundary, and so another body, each time it is sent.
  const request = new Request(address, { method: "POST", body });
  const [kind, bytes] = [request.headers.get("content-type"), await request.blob()];
  const headers = { ...writeHeaders(), "Content-Type": kind, "Idempotency-Key": newKey() };
  for (let turn = 0; ; turn += 1) {
    try {
      const response = await fetch(address, { method: "POST", body: bytes, headers });
      if (response.status < 500 || turn === 3) return response;
    } catch (error) {
      if (turn === 3) throw error;
    }
    await new Promise((later) => setTimeout(later, 400 * 2 ** turn));
  }
}

document.addEventListener("htmx:configRequest", (event) => {
  const { verb, headers, elt, path, parameters, triggeringEvent } = event.detail;
  if (verb === "get") return;
  headers["X-CSRF-Token"] = token;
  const pressed = triggeringEvent?.submitter;
  if (pressed?.name) parameters[pressed.name] = pressed.value;
  // The same press of the same button keeps its key when it is repeated after a broken connection; other words are another act.
  const act = JSON.stringify([path, ...event.detail.formData.entries()]);
  if (keys.get(elt)?.act !== act) keys.set(elt, { act, key: newKey() });
  headers["Idempotency-Key"] = keys.get(elt).key;
});
/** Whether the server has decided, one way or the other; else the same press asks for the same act. */
function isDecided(xhr) {
  if (xhr.status === 0 || xhr.status >= 500 || xhr.status === 401 || xhr.status === 429) return false;
  return !(xhr.status === 409 && xhr.responseText.includes('"request_under_way"'));
}
document.addEventListener("htmx:afterRequest", (event) => {
  if (isDecided(event.detail.xhr)) keys.delete(event.detail.requestConfig.elt);
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
