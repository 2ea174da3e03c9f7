// The property tests themselves: a service that keeps its document passes, one that breaks it is found.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, test } from "node:test";
import { apiProperties } from "../harness.mjs";

const document = {
  openapi: "3.1.0",
  info: { title: "Two operations", version: "1" },
  paths: Object.fromEntries(
    ["/kept/{number}", "/broken/{number}"].map((path) => [
      path,
      {
        get: {
          operationId: path.split("/")[1],
          parameters: [{ name: "number", in: "path", required: true, schema: { type: "integer" } }],
          responses: {
            200: {
              description: "The number",
              content: {
                "application/json": {
                  schema: {
                    type: "object",
                    properties: { number: { type: "integer" } },
                    required: ["number"],
                  },
                },
              },
            },
            400: { description: "Not a number" },
            401: { description: "Not signed in" },
            404: { description: "No such place" },
          },
        },
      },
    ]),
  ),
};

let server;
let address;
const answers = [];

before(async () => {
  server = http.createServer((request, response) => {
    response.on("finish", () => answers.push(`${response.statusCode} ${request.url}`));
    if (request.url === "/api/openapi.json") {
      return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
    }
    if (request.headers.authorization !== "Bearer secret") return response.writeHead(401).end();
    const found = request.url.match(/^\/(kept|broken)\/([^/?]*)$/);
    if (!found) return response.writeHead(404).end();
    const [, place, text] = found;
    if (!/^-?\d{1,15}$/.test(text)) return response.writeHead(400).end();
    // The breach: any number but zero becomes a text.
    const number = place === "broken" && Number(text) !== 0 ? text : Number(text);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ number }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `http://127.0.0.1:${server.address().port}`;
});

after(() => server?.close());

const run = (leaveOut) =>
  apiProperties({ address, headers: { Authorization: "Bearer secret" }, examples: 20, leaveOut });

test("a service that keeps its document passes", async () => {
  const { passed, report } = await run(["broken"]);
  assert.ok(passed, report);
  assert.ok(answers.includes("200 /kept/0"), "it was asked, signed in");
  assert.ok(!answers.some((answer) => answer.includes("/broken")), "the excluded operation was left alone");
});

test("a breach of the document is found", async () => {
  const { passed, report } = await run([]);
  assert.equal(passed, false);
  assert.match(report, /Response violates schema/);
  assert.match(report, /\/broken/);
});
