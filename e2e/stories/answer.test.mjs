// The spine, seen by a person: a customer writes on the simulated X, an agent answers in the browser, and the answer
// stands on X under that very post, from the right account, once.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, startProduct, watchPage } from "../harness.mjs";

const LIMIT_MS = 30_000;

let product;
let browser;

before(async () => {
  // Nobody else writes: what the story sees is its own doing.
  product = await startProduct({ args: ["--cases", "40", "--per-minute", "0"] });
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await product?.stop();
});

async function control(path, body) {
  const response = await fetch(new URL(`/control/${path}`, product.simulator), {
    method: body ? "POST" : "GET",
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.equal(response.ok, true, `${path}: ${response.status}`);
  return response.json();
}

/** A customer's post; its id. */
async function customerPosts(handle, text) {
  await control("accounts", { username: handle, name: `Name of ${handle}` });
  const post = await control("post", { author: handle, text });
  return post.id ?? post.data?.id ?? post.post?.id;
}

/** Opens the case of a customer from the list, once it has arrived there without a reload. */
async function openCaseOf(page, name) {
  await page.goto(new URL("/inbox?view=all&order=recent", product.address).href);
  const row = page.locator(".row", { hasText: name }).first();
  const pill = page.locator(".newpill");
  await Promise.race([
    row.waitFor({ state: "visible", timeout: LIMIT_MS }),
    pill.waitFor({ state: "visible", timeout: LIMIT_MS }).then(() => pill.click()),
  ]);
  await row.click();
  await page.locator("#talk textarea").first().waitFor({ state: "visible", timeout: LIMIT_MS });
}

/** The replies that stand under a post on the simulated X. */
async function repliesUnder(page, handle, id) {
  await page.goto(`${product.simulator}/x/${handle}/status/${id}`);
  return page.locator(`[data-in-reply-to="${id}"]`).evaluateAll((posts) =>
    posts.map((post) => ({ author: post.dataset.author, text: post.innerText })),
  );
}

test("an answer given in the browser stands on X under the customer's post, from the right account, once", async () => {
  const id = await customerPosts("story_maria", "@aoba_help where do I change the address of my account?");
  const context = await browser.context({ signInLink: product.signIn.agent });
  try {
    const page = await context.newPage();
    const watch = watchPage(page);
    await openCaseOf(page, "Name of story_maria");
    await page.locator("#talk textarea").first().fill("Settings, then Profile, then Address. Tell us if it hides.");
    await page.keyboard.press("Control+Enter");
    const sent = page.locator('#talk .msg[data-from="us"]', { hasText: "Settings, then Profile" });
    await sent.waitFor({ state: "visible", timeout: LIMIT_MS });
    // It never says sent before the network said so.
    await page.locator('#talk [data-send="sent"]').first().waitFor({ state: "visible", timeout: LIMIT_MS });
    // What was sent a moment after it was typed is no draft any more.
    assert.equal(await page.locator("#composer-text").inputValue(), "");
    assert.deepEqual(watch.findings(), []);
    const replies = await repliesUnder(page, "story_maria", id);
    assert.equal(replies.length, 1, JSON.stringify(replies));
    assert.equal(replies[0].author, "aoba_help");
    assert.match(replies[0].text, /Settings, then Profile, then Address\. Tell us if it hides\. \^JW/);
  } finally {
    await context.close();
  }
});

test("a mention of the brand alone is answered by the support account", async () => {
  const id = await customerPosts("story_tom", "@aobabank the app logs me out every time I open it, please help");
  const context = await browser.context({ signInLink: product.signIn.agent });
  try {
    const page = await context.newPage();
    await openCaseOf(page, "Name of story_tom");
    await page.locator(".speaks", { hasText: "@aoba_help" }).first().waitFor({ state: "visible", timeout: LIMIT_MS });
    await page.locator("#talk textarea").first().fill("Sorry about that. Please update to version 5.2, it mends this.");
    await page.keyboard.press("Control+Enter");
    await page.locator('#talk [data-send="sent"]').first().waitFor({ state: "visible", timeout: LIMIT_MS });
    const replies = await repliesUnder(page, "story_tom", id);
    assert.deepEqual(replies.map((reply) => reply.author), ["aoba_help"]);
  } finally {
    await context.close();
  }
});

test("a reply that is taken back in time never reaches X", async () => {
  const id = await customerPosts("story_ines", "@aoba_help ¿a qué hora abre la oficina de Sendai mañana?");
  const context = await browser.context({ signInLink: product.signIn.agent });
  try {
    const page = await context.newPage();
    await openCaseOf(page, "Name of story_ines");
    await page.locator("#talk textarea").first().fill("A las nueve.");
    await page.keyboard.press("Control+Enter");
    await page.locator(".undo button").first().click({ timeout: LIMIT_MS });
    await page.locator('#talk [data-send="cancelled"], #talk textarea:not(:placeholder-shown)').first().waitFor({ timeout: LIMIT_MS });
    assert.deepEqual(await repliesUnder(page, "story_ines", id), []);
  } finally {
    await context.close();
  }
});

test("the Enter that confirms Japanese text never sends", async () => {
  await customerPosts("story_yuki", "@aoba_help カードが届きません。いつ届きますか？");
  const context = await browser.context({ signInLink: product.signIn.agent });
  try {
    const page = await context.newPage();
    await openCaseOf(page, "Name of story_yuki");
    const text = page.locator("#talk textarea").first();
    await text.fill("お待たせして");
    const prevented = await text.evaluate((element) => {
      const event = new KeyboardEvent("keydown", {
        key: "Enter", code: "Enter", ctrlKey: true, isComposing: true, keyCode: 229, bubbles: true, cancelable: true,
      });
      element.dispatchEvent(event);
      return event.defaultPrevented;
    });
    assert.equal(prevented, false);
    assert.equal(await text.inputValue(), "お待たせして");
    assert.equal(await page.locator('#talk .msg[data-from="us"]').count(), 0);
  } finally {
    await context.close();
  }
});
