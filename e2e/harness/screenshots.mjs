// Where a screenshot goes: into the documentation when asked, or when it has none yet.

import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { root } from "./paths.mjs";

const KEPT = path.join(root, "docs/screenshots");
const PASSING = path.join(root, "target/screenshots");

/**
 * The demo's customers keep writing, so no two runs look alike: an ordinary run leaves the committed pictures as they
 * are and puts its own under target/; `MADOGUCHI_SCREENSHOTS=docs` (`make screenshots`) renews the committed ones, and
 * any other value is a folder to use instead.
 *
 * @param {string} name without ending
 * @returns {string}
 */
export function screenshotPath(name) {
  const kept = path.join(KEPT, `${name}.png`);
  const wanted = process.env.MADOGUCHI_SCREENSHOTS || (existsSync(kept) ? PASSING : "docs");
  const folder = wanted === "docs" ? KEPT : wanted;
  mkdirSync(folder, { recursive: true });
  return path.join(folder, `${name}.png`);
}
