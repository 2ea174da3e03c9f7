// What goes wrong quietly while a page is open: script errors, refused requests, traffic to the outside.

/**
 * Starts watching; `findings()` gives what has been seen so far.
 *
 * @param {import("playwright-core").Page} page
 */
export function watchPage(page) {
  const seen = [];
  page.on("pageerror", (error) => seen.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    // Chromium reports breaches of the Content-Security-Policy here too.
    if (message.type() === "error") seen.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    const local = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
    if (url.protocol.startsWith("http") && !local) seen.push(`request to ${url.hostname}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) seen.push(`${response.status()} for ${response.url()}`);
  });
  return { findings: () => [...seen] };
}
