// Every screen of screens.json in the eight variants: opens without errors, axe finds nothing, a screenshot is taken.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { checkScreen, openBrowser, startProduct, variants } from "../harness.mjs";

/**
 * `name`: of the screenshot. `path`: where it is; a screen without a fixed address has instead `from`, a page, and `link`,
 * the selector of the link to follow there. `role`: whose sign-in, none for a page before the door. `ready`: a selector to
 * wait for. `status`: the expected answer, 200.
 *
 * @type {{ name: string, path?: string, role?: string, ready?: string, from?: string, link?: string, status?: number }[]}
 */
const screens = JSON.parse(readFileSync(new URL("../screens.json", import.meta.url), "utf8"));

let product;
let browser;

before(async () => {
  product = await startProduct();
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await product?.stop();
});

for (const screen of screens) {
  describe(screen.name, () => {
    for (const variant of variants) {
      test(variant.name, async () => {
        // Every person of the demo has a language of their own.
        const person = variant.language === "en" ? screen.role : `${screen.role}-${variant.language}`;
        const signInLink = screen.role ? product.signIn[person] : undefined;
        if (screen.role) assert.ok(signInLink, `the demo has no sign-in for ${person}`);
        const context = await browser.context({ variant, signInLink });
        try {
          const url = await addressOf(context, screen);
          const findings = await checkScreen(context, { ...screen, url, variant });
          assert.deepEqual(findings, []);
        } finally {
          await context.close();
        }
      });
    }
  });
}

/** The screen's address; for a screen without a fixed one, the first link of `from` that fits `link`. */
async function addressOf(context, screen) {
  if (!screen.link) return new URL(screen.path, product.address).href;
  const page = await context.newPage();
  try {
    await page.goto(new URL(screen.from, product.address).href, { waitUntil: "load" });
    const href = await page.locator(screen.link).first().getAttribute("href");
    assert.ok(href, `no link ${screen.link} on ${screen.from}`);
    return new URL(href, product.address).href;
  } finally {
    await page.close();
  }
}
