// The API as its document says: schemathesis as owner and as agent, each at a product of their own, both at once.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { apiProperties, documentFor, invite, isSignedIn, signIn, startProduct } from "../harness.mjs";

/** A stream never ends; signing out or changing the password would end the run's own session. */
const LEFT_OUT = ["follow_events", "end_sessions", "change_password"];
/** Both roles take two to four minutes on two processors; a machine that is busy with other things may take longer. */
const LIMIT_MS = 600_000;

// A product each: what the owner changes would make the agent's run another one every time.
describe("the API keeps its document", { concurrency: true }, () => {
  for (const role of ["owner", "agent"]) {
    test(`as ${role}`, { timeout: LIMIT_MS }, async (context) => {
      const product = await startProduct({ args: ["--cases", "200", "--per-minute", "0"] });
      try {
        const { address } = product;
        await invite(address, await signIn(address, product.signIn.owner));
        const headers = await signIn(address, product.signIn[role]);
        const document = await documentFor(address, headers);
        const { passed, report } = await apiProperties({ address, document, headers, leaveOut: LEFT_OUT });
        context.diagnostic(summary(report));
        assert.ok(passed, report);
        assert.ok(await isSignedIn(address, headers), "to the end the requests were the person's own");
        assert.doesNotMatch(product.log(), /panicked/);
      } finally {
        await product.stop();
      }
    });
  }
});

/** The closing lines, from the number of operations on. */
function summary(report) {
  return report.slice(report.lastIndexOf("API Operations:"));
}
