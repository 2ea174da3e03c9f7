// schemathesis against a running product: no 5xx and no breach of the OpenAPI document, whatever is sent.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
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
 * @param {{ address: string, document?: string, token?: string, examples?: number, seed?: number,
 *   exclude?: string[] }} run
 *   `examples` an operation; `exclude`: path patterns (regular expressions) of operations to leave out, such as streams
 *   that never end.
 * @returns {Promise<{ passed: boolean, report: string }>}
 */
export async function apiProperties(run) {
  const { address, document = "/api/openapi.json", token, examples = 100, seed = 7300, exclude = [] } = run;
  // Its notes on earlier runs would make a run depend on the one before.
  const folder = await mkdtemp(path.join(tmpdir(), "madoguchi-schemathesis-"));
  const options = [
    "run",
    new URL(document, address).href,
    `--max-examples=${examples}`,
    `--seed=${seed}`,
    "--phases=examples,coverage,fuzzing,stateful",
    `--checks=${CHECKS.join(",")}`,
    "--continue-on-failure",
    "--request-timeout=10",
    "--workers=2",
    ...(token ? [`--header=Authorization: Bearer ${token}`] : []),
    ...exclude.map((pattern) => `--exclude-path-regex=${pattern}`),
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
