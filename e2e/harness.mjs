// Everything a story needs: the running product, a browser, contexts in every variant, accessibility, screenshots.

export { startProduct } from "./harness/product.mjs";
export { openBrowser } from "./harness/browser.mjs";
export { variants } from "./harness/variants.mjs";
export { accessibilityFindings } from "./harness/accessibility.mjs";
export { watchPage } from "./harness/page_watch.mjs";
export { checkScreen } from "./harness/screen_check.mjs";
export { screenshotPath } from "./harness/screenshots.mjs";
export { apiProperties } from "./harness/api_properties.mjs";
export { documentFor, invite, isSignedIn, signIn } from "./harness/api_person.mjs";
