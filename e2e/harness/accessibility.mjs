// axe-core on a page as it stands, with the page's own security policy in force.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = await readFile(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

/** WCAG 2.2 up to AA, and axe's own good practice. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * What axe finds, one string a place; empty when there is nothing.
 *
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>}
 */
export async function accessibilityFindings(page) {
  // Through the debugger, because a script tag would be refused by the page's Content-Security-Policy.
  const debug = await page.context().newCDPSession(page);
  try {
    const evaluate = async (expression) => {
      const { result, exceptionDetails } = await debug.send("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails) {
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      }
      return result.value;
    };
    await evaluate(`${source};undefined`);
    const violations = await evaluate(
      `axe.run(document, { runOnly: { type: "tag", values: ${JSON.stringify(TAGS)} }, ` +
        `resultTypes: ["violations"] }).then((found) => found.violations)`,
    );
    return violations.flatMap((violation) =>
      violation.nodes.map(
        (node) =>
          `${violation.id} (${violation.impact}): ${node.target.flat().join(" ")}: ` +
          node.failureSummary.replace(/\s+/g, " "),
      ),
    );
  } finally {
    await debug.detach();
  }
}
