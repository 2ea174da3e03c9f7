// Times in the reader's zone and language: shared fragments carry UTC only. Absolute on hover, day lines without repeats.
const root = document.documentElement;
const language = root.lang === "en" ? "en-GB" : root.lang || "en-GB";
const zone = root.dataset.zone || Intl.DateTimeFormat().resolvedOptions().timeZone;

function format(options) {
  try { return new Intl.DateTimeFormat(language, { ...options, timeZone: zone }); }
  catch { return new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" }); }
}
const clock = format({ hour: "2-digit", minute: "2-digit" });
const day = format({ weekday: "short", day: "numeric", month: "short" });
const dayWithYear = format({ day: "numeric", month: "short", year: "numeric" });
const full = format({ dateStyle: "medium", timeStyle: "short" });
const exact = format({ dateStyle: "medium", timeStyle: "medium" });
const absolute = format({ dateStyle: "full", timeStyle: "long" });
const key = format({ year: "numeric", month: "2-digit", day: "2-digit" });
const spans = new Map();

/** A span of seconds in the largest fitting unit, in short: `12 min`, `2 hr`, `3日`. */
function span(seconds) {
  const [value, unit] = seconds < 3600 ? [Math.max(1, Math.round(seconds / 60)), "minute"]
    : seconds < 86400 ? [Math.round(seconds / 3600), "hour"] : [Math.round(seconds / 86400), "day"];
  if (!spans.has(unit)) spans.set(unit, new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }));
  return spans.get(unit).format(value);
}

const sameYear = (at, now) => format({ year: "numeric" }).format(at) === format({ year: "numeric" }).format(now);

function write(element, now) {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const away = Math.abs(now - at) / 1000;
  const style = element.dataset.style;
  const today = key.format(at) === key.format(now);
  const text = style === "clock" ? (today ? clock.format(at) : `${(sameYear(at, now) ? day : dayWithYear).format(at)} ${clock.format(at)}`)
    : style === "day" ? (sameYear(at, now) ? day : dayWithYear).format(at)
    : style === "exact" ? exact.format(at)
    : style === "ago" || style === "until" ? span(away) : full.format(at);
  if (element.textContent !== text) element.textContent = text;
  if (!element.title) element.title = absolute.format(at);
}

/** Writes every time below an element. */
export function times(within = document) {
  const now = new Date();
  for (const element of within.querySelectorAll("time[datetime]")) write(element, now);
  let last = null;
  for (const line of document.querySelectorAll("#entries > .day")) {
    const at = new Date(line.querySelector("time")?.dateTime);
    const own = key.format(at);
    line.hidden = own === last;
    last = own;
  }
  const me = root.dataset.me;
  if (me) for (const mark of within.querySelectorAll(`[data-agent="${CSS.escape(me)}"]`)) mark.dataset.mine = "";
}

times();
setInterval(() => document.hidden || times(), 20000);
document.addEventListener("htmx:load", (event) => times(event.target.parentElement ?? document));
