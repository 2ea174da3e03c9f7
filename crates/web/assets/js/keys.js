// Keys, palette and sheet from one registry that the server renders. While an input method composes, every key belongs to it.
import { back, move, open, openAt, select } from "./list.js";

const source = document.getElementById("commands");
const commands = source ? JSON.parse(source.dataset.commands) : [];
const mac = /Mac|iPhone|iPad/.test(navigator.platform);
const app = document.querySelector(".app");
const palette = document.getElementById("palette");

const visible = (element) => element && !element.disabled && element.getClientRects().length > 0;
const find = (id) => [...document.querySelectorAll(`[data-command="${id}"]`)].find((element) => visible(element) || (element.matches(".voices input, .menu [type=submit]") && element.closest("#talk")));

function press(id) {
  const element = find(id);
  if (!element) return false;
  if (element.matches("input[type=radio]")) {
    element.click();
    document.getElementById("composer-text")?.focus();
  } else if (element.matches("summary")) {
    element.parentElement.open = true;
    element.parentElement.querySelector("div button, div input:not([type=hidden]), div a")?.focus();
  } else {
    element.click();
  }
  return true;
}
function fold(name) {
  if (innerWidth < 1280) { app.dataset.show = app.dataset.show === name ? "" : name; if (!app.dataset.show) delete app.dataset.show; return; }
  const folded = new Set((app.dataset.fold ?? "").split(" ").filter(Boolean));
  if (!folded.delete(name)) folded.add(name);
  app.dataset.fold = [...folded].join(" ");
}
const own = {
  next: () => move(1), previous: () => move(-1), open: () => openAt(), back,
  select, "select-next": () => move(1, { extend: true }), "select-previous": () => move(-1, { extend: true }),
  "close-and-next": () => { if (press("close")) openAt(1); },
  palette: showPalette, keys: () => htmx.ajax("GET", "/app/keys", "#dialog"), "left-panel": () => fold("views"), "right-panel": () => fold("customer"),
};

/** Carries out a command; says whether there was something to do. */
export function run(id) {
  const command = commands.find((command) => command.id === id);
  if (!command) return false;
  if (own[id]) { own[id](); return true; }
  if (command.address) { location.assign(command.address); return true; }
  return press(id);
}

function named(event) {
  const mod = mac ? event.metaKey : event.ctrlKey;
  let key = event.key.length === 1 && mod ? event.key.toUpperCase() : event.key;
  const parts = [];
  if (mod) parts.push("Mod");
  if (event.shiftKey && (key.length > 1 || /[A-Z]/.test(key))) parts.push("Shift");
  if (event.altKey) parts.push("Alt");
  return [...parts, key].join("+");
}
let begun = "";
let timer = 0;
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  if (event.altKey || (mac ? event.ctrlKey : event.metaKey)) return;
  const typing = event.target.matches?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
  const pressed = named(event);
  const writing = Boolean(event.target.closest?.("#composer"));
  if (document.querySelector("dialog[open]")) { if (pressed === "Mod+K") event.preventDefault(); return; }
  if (typing && pressed === "Escape") { event.target.blur(); return; }
  if (typing && !pressed.startsWith("Mod+")) return;
  // Enter and Space on a control belong to the control.
  if (event.key === "Enter" && !pressed.startsWith("Mod+") && event.target.closest?.("a, button, summary, [role=option]") && !event.target.closest("#rows")) return;
  const sequence = begun ? `${begun} ${pressed}` : pressed;
  const command = commands.find((command) => command.keys.includes(sequence) && (command.scope !== "writing" || writing));
  clearTimeout(timer);
  begun = "";
  if (command) {
    if (run(command.id)) event.preventDefault();
  } else if (commands.some((command) => command.keys.some((key) => key.startsWith(`${pressed} `)))) {
    begun = pressed;
    timer = setTimeout(() => { begun = ""; }, 1200);
  }
});
document.addEventListener("click", (event) => {
  const fold_ = event.target.closest("[data-fold]");
  if (fold_ && innerWidth < 1280) { event.preventDefault(); delete app.dataset.show; }
  const panel = event.target.closest('a[data-command="right-panel"]');
  if (panel) { event.preventDefault(); fold("customer"); }
  const drawer = event.target.closest('a[href="#views"]');
  if (drawer) { event.preventDefault(); app.dataset.show = "views"; }
  if (event.target.closest('.views a[href="#"]')) { event.preventDefault(); delete app.dataset.show; }
  const backwards = event.target.closest('a[data-command="back"]');
  if (backwards) { event.preventDefault(); back(); delete app.dataset.open; history.pushState({}, "", backwards.getAttribute("href")); }
});

// The printed hints follow the reader's own keys and keyboard.
const printed = (key) => (mac ? key.replace("Mod+", "⌘") : key.replace("Mod+", "Ctrl ")).replace("Shift+", "⇧").replace("Enter", "↵").replace("Escape", "Esc");
function hints(within = document) {
  for (const hint of within.querySelectorAll("[data-key-of]")) {
    const keys = commands.find((command) => command.id === hint.dataset.keyOf)?.keys ?? [];
    hint.hidden = keys.length === 0;
    if (keys.length) hint.textContent = printed(keys[0]);
  }
  if (mac) for (const hint of within.querySelectorAll(".key")) hint.textContent = hint.textContent.replace("Ctrl ", "⌘");
}
hints();
document.addEventListener("htmx:load", (event) => hints(event.target));
document.addEventListener("pane:shown", (event) => hints(event.detail.pane));

// The palette: words narrow, arrows choose, Enter runs.
function fill() {
  const list = document.getElementById("palette-list");
  if (list.children.length) return;
  for (const command of commands.filter((command) => command.name)) {
    const option = Object.assign(document.createElement("li"), { id: `palette-${command.id}` });
    option.setAttribute("role", "option");
    option.dataset.run = command.id;
    const name = Object.assign(document.createElement("span"), { textContent: command.name });
    const keys = Object.assign(document.createElement("span"), { className: "push line" });
    for (const key of command.keys) keys.append(Object.assign(document.createElement("kbd"), { className: "key", textContent: printed(key) }));
    option.append(name, keys);
    list.append(option);
  }
}
const options = () => [...palette.querySelectorAll("[role=option]")];
function showPalette() {
  if (!palette || palette.open) return;
  const field = document.getElementById("palette-field");
  field.value = "";
  fill();
  narrow();
  palette.showModal();
  field.focus();
}
function choose(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  const field = document.getElementById("palette-field");
  if (option) { field.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); } else field.removeAttribute("aria-activedescendant");
}
function narrow() {
  const wanted = document.getElementById("palette-field").value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  let first = null;
  for (const option of options()) {
    const text = option.textContent.normalize("NFKC").toLowerCase();
    const command = commands.find((command) => command.id === option.dataset.run);
    const works = own[command.id] || command.address || find(command.id);
    option.hidden = !works || !wanted.every((word) => text.includes(word));
    if (!option.hidden) first ??= option;
  }
  palette.querySelector(".palette-none").hidden = Boolean(first);
  choose(first);
}
palette?.addEventListener("input", narrow);
palette?.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  const shown = options().filter((option) => !option.hidden);
  const here = shown.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(shown[(here + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    const chosen = shown[here]?.dataset.run;
    palette.close();
    if (chosen) run(chosen);
  }
});
palette?.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) { palette.close(); run(option.dataset.run); } else if (event.target === palette) palette.close();
});
document.getElementById("dialog")?.addEventListener("click", (event) => { if (event.target.matches("dialog")) event.target.close(); });
export { open };
