// Runs the weighted cases of the conformance file (argument 2) through the meter's module (argument 1).
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { lengthOf } = await import(pathToFileURL(process.argv[2]));
const rules = { ranges: [[0, 4351], [8192, 8205], [8208, 8223], [8242, 8247]], light: 1, heavy: 2, url: 23, emoji: 2 };
const yaml = readFileSync(process.argv[3], "utf8");
const section = yaml.slice(yaml.indexOf("WeightedTweetsWithDiscountedEmojiCounterTest:"));
let checked = 0;
const failed = [];
for (const block of section.split(/\n\s*- description:/).slice(1)) {
  const text = block.match(/\n\s+text: (.*)/)?.[1];
  const expected = block.match(/weightedLength: (\d+)/)?.[1];
  if (text === undefined || expected === undefined) continue;
  const read = text.startsWith('"') ? JSON.parse(text.replace(/\\U([0-9a-fA-F]{8})/g, (_, hex) => String.fromCodePoint(parseInt(hex, 16))).replace(/\\x([0-9a-fA-F]{2})/g, "\\u00$1")) : text.replace(/^'|'$/g, "");
  checked += 1;
  const got = lengthOf(read, "weighted", rules);
  if (got !== Number(expected)) failed.push(`${block.split("\n")[0].trim()}: ${got} instead of ${expected}: ${read.slice(0, 120)}`);
}
if (checked < 10 || failed.length) { console.log(`${checked} cases, ${failed.length} failed\n${failed.join("\n")}`); process.exit(1); }
console.log(`${checked} cases`);
