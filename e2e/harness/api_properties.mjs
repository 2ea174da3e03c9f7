// schemathesis against a running product: no 5xx and no breach of the OpenAPI document, whatever is sent.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "./paths.mjs";

/** Where `make clients` puts it; beside the interpreter that MADOGUCHI_TEST_PYTHON names. */
const PROGRAM = path.join(
  path.dirname(process.env.MADOGUCHI_TEST_PYTHON ?? path.join(root, "target/venv/bin/python")),
  "schemathesis",
);

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
];

/**
 * Runs schemathesis with a fixed seed: documented examples, edge values, drawn requests, and links between operations.
 *
 * One worker: Python computes on one processor at a time anyway, and two would draw in an order of chance.
 *
 * @param {{ address: string, document?: object, headers?: Record<string, string>, examples?: number, seed?: number,
 *   leaveOut?: string[] }} run
 *   `document`: instead of the one that the product serves. `examples` an operation. `leaveOut`: ids of operations, such
 *   as streams that never end.
 * @returns {Promise<{ passed: boolean, report: string }>}
 */
export async function apiProperties(run) {
  const { address, document, headers = {}, examples = 100, seed = 7300, leaveOut = [] } = run;
  // Its notes on earlier runs would make a run depend on the one before.
  const folder = await mkdtemp(path.join(tmpdir(), "madoguchi-schemathesis-"));
  let described = new URL("/api/openapi.json", address).href;
  if (document) {
    described = path.join(folder, "openapi.json");
    await writeFile(described, JSON.stringify(document));
  }
  const options = [
    "run",
    described,
    `--url=${address}`,
    `--max-examples=${examples}`,
    `--seed=${seed}`,
    "--phases=examples,coverage,fuzzing,stateful",
    `--checks=${CHECKS.join(",")}`,
    "--continue-on-failure",
    "--request-timeout=20",
    "--workers=1",
    ...Object.entries(headers).map(([name, value]) => `--header=${name}: ${value}`),
    ...leaveOut.map((operation) => `--exclude-operation-id=${operation}`),
  ];
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(PROGRAM, options, {
        cwd: folder,
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, NO_COLOR: "1", COLUMNS: "160" },
      });
      let report = "";
      child.stdout.on("data", (text) => (report += text));
      child.stderr.on("data", (text) => (report += text));
      child.once("error", (error) => reject(new Error(`${PROGRAM}: ${error.message} (make clients installs it)`)));
      child.once("close", (code) => resolve({ passed: code === 0, report }));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
