// The composer: drafts kept on the server (and on the device until they are), the meter, pasted pictures, ways that remain.
import { announce, problem, write, writeHeaders } from "./act.js";
import { lengthOf } from "./length.js";

const words = () => document.getElementById("words")?.dataset ?? {};
const composer = () => document.getElementById("composer");
const kept = (id) => `draft:${document.documentElement.dataset.me}:${id}`;
const descriptions = (form) => Object.fromEntries([...form.querySelectorAll("#files [name^=alt-]")].map((field) => [field.name, field.value]));
/** On the device until the server has it: the words, and the descriptions of files that are on the server already. */
function keep(form) {
  localStorage.setItem(kept(form.dataset.case), form.querySelector("#composer-text").value);
  localStorage.setItem(`${kept(form.dataset.case)}:files`, JSON.stringify(descriptions(form)));
}
function forgetKept(id) {
  localStorage.removeItem(kept(id));
  localStorage.removeItem(`${kept(id)}:files`);
}
let timer = 0;
let saving = null;
let edits = 0;

function measure(form) {
  const rules = JSON.parse(form.dataset.weights ?? "{}");
  const text = form.querySelector("#composer-text").value;
  const signed = form.dataset.signOff && text.trim() ? `${text} ${form.dataset.signOff}` : text;
  for (const meter of form.querySelectorAll(".meter")) {
    const limit = Number(meter.dataset.limit);
    const length = lengthOf(signed, meter.dataset.unit, rules);
    meter.querySelector("[data-length]").textContent = String(length);
    meter.querySelector("circle:last-child").setAttribute("stroke-dasharray", `${Math.min(100, Math.round((length / limit) * 100))} 100`);
    meter.toggleAttribute("data-over", length > limit);
  }
}
function state(form, text) { const line = form.querySelector("#saved"); if (line) line.textContent = text; }

/** Saves the draft; what the server says of it (checks, its own count) is shown. */
async function save(form) {
  clearTimeout(timer);
  const body = new FormData(form);
  body.delete("file");
  const text = body.get("text");
  const begun = edits;
  try {
    const response = await fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams([...body].filter(([, value]) => typeof value === "string")), headers: writeHeaders(), keepalive: true });
    if (!response.ok) throw response;
    if (edits === begun) forgetKept(form.dataset.case);
    if (!form.isConnected) return;
    const length = response.headers.get("X-Length");
    if (length && form.querySelector("#composer-text").value === text) {
      const meter = [...form.querySelectorAll(".meter")].find((meter) => meter.getClientRects().length);
      if (meter) meter.querySelector("[data-length]").textContent = length;
    }
    form.querySelector("#checks").innerHTML = await response.text();
    state(form, words().draftSaved ?? "");
  } catch {
    state(form, words().draftKept ?? "");
  }
}
function changed(form) {
  edits += 1;
  measure(form);
  keep(form);
  state(form, words().draftSaving ?? "");
  clearTimeout(timer);
  timer = setTimeout(() => { saving = save(form); }, 600);
}
document.addEventListener("input", (event) => {
  const form = event.target.closest("#composer");
  if (form) changed(form);
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("#composer");
  if (!form) return;
  if (event.target.id === "attach") { attach(form, event.target.files); event.target.value = ""; }
  else if (/^account_|^voice$/.test(event.target.name)) changed(form);
});
// Leaving a case with unsaved words saves them first.
document.addEventListener("pane:leaving", (event) => {
  const form = event.detail.pane.querySelector?.("#composer");
  if (form && timer && localStorage.getItem(kept(form.dataset.case)) !== null) save(form);
});
addEventListener("pagehide", () => { const form = composer(); if (form && localStorage.getItem(kept(form.dataset.case)) !== null) save(form); });

function begin() {
  const form = composer();
  if (!form) return;
  const field = form.querySelector("#composer-text");
  const local = localStorage.getItem(kept(form.dataset.case));
  let newer = local !== null && local !== field.value;
  if (newer) field.value = local;
  for (const [name, value] of Object.entries(JSON.parse(localStorage.getItem(`${kept(form.dataset.case)}:files`) ?? "{}"))) {
    const description = form.elements.namedItem(name);
    if (description && description.value !== value) { description.value = value; newer = true; }
  }
  if (newer) changed(form); else measure(form);
}
begin();
document.addEventListener("pane:shown", begin);
document.addEventListener("htmx:load", (event) => { if (event.target.id === "talk") begin(); });
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id !== "composer") return;
  clearTimeout(timer);
  timer = 0;
});
// Before the new pane begins: what was sent is no draft any more, also when it was typed a moment ago.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig: { elt }, xhr } = event.detail;
  if (elt.id === "composer" && xhr.status < 300) forgetKept(elt.dataset.case);
});
// A send waits for the draft that is just being saved, so that the saved one cannot come after it.
document.addEventListener("htmx:confirm", (event) => {
  if (event.detail.elt.id !== "composer" || !saving) return;
  event.preventDefault();
  saving.finally(() => { saving = null; event.detail.issueRequest(true); });
});

async function attach(form, files) {
  for (const file of files) {
    const body = new FormData();
    body.append("file", file, file.name || "pasted.png");
    // The server puts the file into this draft at once: nothing that happens to the page can lose it any more.
    const place = new URLSearchParams({ case: form.dataset.case, voice: form.elements.voice.value });
    const response = await write(`${form.dataset.attach}?${place}`, body).catch(() => null);
    if (!response?.ok) { problem(null); announce(words().uploadFailed ?? ""); continue; }
    form.querySelector("#files").insertAdjacentHTML("beforeend", await response.text());
    form.querySelector("#files li:last-child .input")?.focus();
    changed(form);
  }
}
document.addEventListener("paste", (event) => {
  const form = event.target.closest?.("#composer");
  const files = [...(event.clipboardData?.files ?? [])];
  if (form && files.length && form.querySelector("#attach")) { event.preventDefault(); attach(form, files); }
});
document.addEventListener("click", (event) => {
  const form = event.target.closest("#composer");
  if (!form) return;
  const button = event.target.closest("button");
  if (!button) return;
  const field = form.querySelector("#composer-text");
  if (button.dataset.detach) {
    // Saying which one goes keeps a page that does not know a file yet from throwing it out.
    const gone = Object.assign(document.createElement("input"), { type: "hidden", name: "detached", value: button.dataset.detach });
    button.closest("li").remove();
    form.append(gone);
    changed(form);
  }
  else if (button.dataset.voice) form.querySelector(`[name=voice][value="${button.dataset.voice}"]`)?.click();
  else if (button.dataset.insert) { field.value = `${field.value.trimEnd()} ${button.dataset.insert}`.trimStart(); field.focus(); changed(form); }
  else if (button.hasAttribute("data-keep-draft")) { form.querySelector(".guard")?.remove(); save(form); }
  else if (button.dataset.answerAs) {
    // The account decides what is possible: the server draws the composer anew for it.
    save(form).then(() => htmx.ajax("GET", `/app/cases/${form.dataset.case}?conversation=${form.elements.conversation.value}&as=${button.dataset.answerAs}`, { target: "#talk", swap: "outerHTML" }));
  }
});
