// One screen in one variant: opened, looked at by axe, checked for width and language, photographed.

import { accessibilityFindings } from "./accessibility.mjs";
import { watchPage } from "./page_watch.mjs";
import { screenshotPath } from "./screenshots.mjs";

/** What an untranslated key looks like on a page. */
const UNTRANSLATED = /Unknown localization|\{\s*\$[a-z-]+\s*\}/i;

/**
 * Opens `url` and returns everything wrong with it, one string a finding.
 *
 * @param {import("playwright-core").BrowserContext} context
 * @param {{ url: string, name: string, variant: import("./variants.mjs").Variant, ready?: string,
 *   expectLanguage?: boolean, status?: number }} screen
 *   `ready`: a selector that must be visible before the screen counts as loaded; `status`: the expected answer, 200.
 * @returns {Promise<string[]>}
 */
export async function checkScreen(context, screen) {
  const { url, name, variant, ready, expectLanguage = true, status = 200 } = screen;
  const page = await context.newPage();
  try {
    const watch = watchPage(page);
    const response = await page.goto(url, { waitUntil: "load" });
    if (response?.status() !== status) return [`${url} answered ${response?.status()}`];
    if (ready) await page.locator(ready).first().waitFor({ state: "visible" });
    const look = await page.evaluate(async () => {
      await document.fonts.ready;
      const { documentElement: root, body } = document;
      return {
        language: root.lang,
        overflow: root.scrollWidth - root.clientWidth,
        text: body.innerText,
      };
    });
    const findings = status === 200 ? watch.findings() : [];
    if (look.overflow > 0) findings.push(`wider than the window by ${look.overflow} px`);
    if (expectLanguage && !look.language.startsWith(variant.language)) {
      findings.push(`the page is in "${look.language}", not in ${variant.language}`);
    }
    const untranslated = look.text.match(UNTRANSLATED);
    if (untranslated) findings.push(`untranslated text: ${untranslated[0]}`);
    findings.push(...(await accessibilityFindings(page)));
    await page.screenshot({
      path: screenshotPath(`${name}-${variant.name}`),
      animations: "disabled",
      caret: "hide",
    });
    return findings;
  } finally {
    await page.close();
  }
}
