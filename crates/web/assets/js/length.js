// Length as networks count it, by rules that the server gives. The server remains the judge; this keeps the meter honest while typing.
const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });
const pictograph = /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3/u;
// A dot between a name and a known ending makes a link even without its scheme.
const endings = "com|net|org|edu|gov|info|biz|io|co|app|dev|ai|me|tv|ly|gl|be|jp|co\\.jp|ne\\.jp|or\\.jp|go\\.jp|de|es|fr|it|pt|nl|uk|co\\.uk|eu|us|ca|mx|br|com\\.br|ar|ch|at|pl|se|no|fi|dk|ru|cn|kr|in|au|com\\.au|nz|sg|tr|example";
const links = new RegExp(`https?://[^\\s\\u202A-\\u202E\\u2066-\\u2069\\u3000-\\u303F\\uFF00-\\uFFEF<>"]+|(?<![\\p{L}\\p{N}@_.\\-/])(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]*[\\p{L}\\p{N}])?\\.)+(?:${endings})(?![\\p{L}\\p{N}@_-])(?:/[^\\s\\u202A-\\u202E\\u2066-\\u2069\\u3000-\\u303F\\uFF00-\\uFFEF<>"]*)?`, "giu");

/** A host whose labels a name server could hold; the network counts anything else as plain text. */
function isLink(text) {
  try {
    const { hostname } = new URL(/^https?:/i.test(text) ? text : `https://${text}`);
    return hostname.length <= 253 && hostname.split(".").every((label) => label.length > 0 && label.length <= 63);
  } catch { return false; }
}

function weigh(text, rules) {
  let weight = 0;
  for (const { segment } of segmenter.segment(text)) {
    if (pictograph.test(segment)) { weight += rules.emoji; continue; }
    for (const character of segment) {
      const code = character.codePointAt(0);
      weight += rules.ranges.some(([from, to]) => code >= from && code <= to) ? rules.light : rules.heavy;
    }
  }
  return weight;
}

/** Length of a text: `weighted` by the rules (links count as one length), `scalars` or `graphemes`. */
export function lengthOf(text, unit, rules) {
  const whole = text.normalize("NFC");
  if (unit === "scalars") return [...whole].length;
  if (unit === "graphemes") return [...segmenter.segment(whole)].length;
  let weight = 0;
  let at = 0;
  for (const found of whole.matchAll(links)) {
    const link = found[0].replace(/[.,;:!?)\]'"]+$/u, "");
    if (!isLink(link)) continue;
    weight += weigh(whole.slice(at, found.index), rules) + rules.url;
    at = found.index + link.length;
  }
  return weight + weigh(whole.slice(at), rules);
}
