// The harness itself: a good page passes in all variants, and each kind of fault is found.

import assert from "node:assert/strict";
import http from "node:http";
import { once } from "node:events";
import { mkdtempSync, existsSync, readFileSync, writeFileSync, chmodSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

// Set before the harness reads it: these pages must not get into the documentation.
const folder = mkdtempSync(path.join(tmpdir(), "madoguchi-harness-"));
const stub = path.join(folder, "madoguchi");
process.env.MADOGUCHI_E2E_BINARY = stub;
process.env.MADOGUCHI_SCREENSHOTS = folder;

const { openBrowser, checkScreen, variants, startProduct } = await import("../harness.mjs");

const page = (body, head = "") =>
  `<!doctype html><html lang="en"><head><title>A page</title><meta name="viewport" ` +
  `content="width=device-width,initial-scale=1">${head}</head><body><main><h1>A page</h1>${body}</main></body></html>`;

const pages = {
  "/good": page("<p>Nothing wrong here.</p>"),
  "/pale": page('<p style="color:#ccc;background:#fff">Too pale to read.</p>'),
  "/wide": page('<div style="width:3000px">wide</div>'),
  "/script-error": page("<script>missing()</script>"),
  "/outside": page('<img alt="a logo" src="http://192.0.2.1/logo.png">'),
  "/untranslated": page("<p>Unknown localization inbox-title</p>"),
  "/refused": page("<p>Fine.</p><script>alert(1)</script>"),
};

let server;
let origin;
let browser;

before(async () => {
  server = http.createServer((request, response) => {
    const body = pages[request.url];
    // Without this the browser's own request for an icon would count as a finding.
    if (request.url === "/favicon.ico") return response.writeHead(204).end();
    const policy = request.url === "/refused" ? "script-src 'self'" : "img-src *";
    response.writeHead(body ? 200 : 404, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
    });
    response.end(body ?? page("<p>Not found.</p>"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${server.address().port}`;
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function findings(address, variant = variants[0]) {
  const context = await browser.context({ variant });
  try {
    return await checkScreen(context, {
      url: origin + address,
      name: `harness${address.replace("/", "-")}`,
      variant,
      expectLanguage: variant.language === "en",
    });
  } finally {
    await context.close();
  }
}

test("a good page has no findings in any of the eight variants", async () => {
  assert.equal(variants.length, 8);
  for (const variant of variants) {
    assert.deepEqual(await findings("/good", variant), [], variant.name);
  }
});

for (const [address, expected] of [
  ["/pale", /color-contrast/],
  ["/wide", /wider than the window/],
  ["/script-error", /script error: missing is not defined/],
  ["/outside", /request to 192\.0\.2\.1/],
  ["/untranslated", /untranslated text/],
  ["/refused", /Content Security Policy/],
  ["/nothing-here", /answered 404/],
]) {
  test(`${address} is found`, async () => {
    assert.match((await findings(address)).join("\n"), expected);
  });
}

test("a page too wide for a phone is found", async () => {
  const phone = variants.find((variant) => variant.width === 390);
  assert.match((await findings("/wide", phone)).join("\n"), /wider than the window/);
});

test("a page in the wrong language is found", async () => {
  const variant = variants.find((candidate) => candidate.language === "ja");
  const context = await browser.context({ variant });
  const found = await checkScreen(context, { url: `${origin}/good`, name: "harness-language", variant });
  assert.match(found.join("\n"), /the page is in "en", not in ja/);
  await context.close();
});

/** A stand-in for the binary, so that starting and stopping is tested without building the product. */
function announceWith(script) {
  writeFileSync(stub, `#!/usr/bin/env node\n${script}\n`);
  chmodSync(stub, 0o755);
}

test("the product is started, announced and stopped, and its folder removed", async () => {
  announceWith(`
    const fs = require("node:fs");
    const folder = process.argv[process.argv.indexOf("--data") + 1];
    fs.writeFileSync(folder + "/journal.db", "x");
    process.on("SIGTERM", () => { fs.writeFileSync(${JSON.stringify(path.join(folder, "ended"))}, folder); process.exit(0); });
    setInterval(() => {}, 1000);
    console.log("starting");
    console.log(JSON.stringify({ address: "http://127.0.0.1:1", simulator: "http://127.0.0.1:2",
      sign_in: { owner: "http://127.0.0.1:1/o" }, folder }));`);
  const product = await startProduct();
  assert.equal(product.address, "http://127.0.0.1:1");
  assert.equal(product.signIn.owner, "http://127.0.0.1:1/o");
  await product.stop();
  const dataFolder = readFileSync(path.join(folder, "ended"), "utf8");
  assert.equal(existsSync(dataFolder), false);
});

test("a product that does not start says why", async () => {
  announceWith(`console.error("the setting listen is wrong"); process.exitCode = 2;`);
  await assert.rejects(startProduct(), /ended with 2:[^]*the setting listen is wrong/);
});
