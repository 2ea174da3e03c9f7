// Debian's Chromium, quiet on the network, and contexts for one role in one variant.

import { chromium } from "playwright-core";
import { wide } from "./variants.mjs";

const EXECUTABLE = process.env.MADOGUCHI_E2E_CHROMIUM ?? "/usr/bin/chromium";

/** No sandbox: CI runs as root in a container. The rest keeps Chromium from talking to its maker. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-default-apps",
  "--disable-domain-reliability",
  "--disable-features=OptimizationHints,MediaRouter,Translate,DialMediaRouteProvider",
  "--force-color-profile=srgb",
  // A stray request to the outside fails at once instead of waiting for a name server.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/** Starts the browser; `close()` ends it with all its contexts. */
export async function openBrowser() {
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
  // storage state by sign-in link: one sign-in a role, however many contexts
  const signedIn = new Map();

  return {
    /**
     * A fresh context; with `signInLink` it is signed in already.
     *
     * @param {{ variant?: import("./variants.mjs").Variant, signInLink?: string,
     *   options?: import("playwright-core").BrowserContextOptions }} wanted
     */
    async context({ variant = wide, signInLink, options = {} } = {}) {
      let storageState;
      if (signInLink) {
        if (!signedIn.has(signInLink)) signedIn.set(signInLink, await signIn(browser, signInLink));
        storageState = signedIn.get(signInLink);
      }
      return browser.newContext({
        viewport: { width: variant.width, height: variant.height },
        hasTouch: variant.touch,
        isMobile: variant.touch,
        colorScheme: variant.theme,
        locale: variant.locale,
        timezoneId: variant.timezone,
        reducedMotion: "reduce",
        storageState,
        ...options,
      });
    },
    close: () => browser.close(),
  };
}

/** Follows the demo's one-click link and keeps the cookies. */
async function signIn(browser, link) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const response = await page.goto(link, { waitUntil: "domcontentloaded" });
    if (!response?.ok()) throw new Error(`sign-in answered ${response?.status()} (${page.url()})`);
    return await context.storageState();
  } finally {
    await context.close();
  }
}
