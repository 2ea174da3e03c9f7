// The product as a child process: `madoguchi demo` on a free port with a data folder of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import readline from "node:readline";
import { binary } from "./paths.mjs";

const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 10_000;
const KEPT_LOG_LINES = 200;

/**
 * Starts the demo and resolves once it has printed its addresses.
 *
 * @param {{ args?: string[], env?: Record<string, string>, data?: string }} options
 *   `data`: a folder to use and to leave behind; without it a temporary one is made and removed.
 * @returns {Promise<{ address: string, simulator: string, signIn: Record<string, string>,
 *   pid: number, log: () => string, stop: () => Promise<void> }>}
 */
export async function startProduct({ args = [], env = {}, data } = {}) {
  const folder = data ?? (await mkdtemp(path.join(tmpdir(), "madoguchi-e2e-")));
  const removeFolder = async () => {
    if (!data) await rm(folder, { recursive: true, force: true });
  };
  const child = spawn(
    binary,
    ["demo", "--listen", "127.0.0.1:0", "--data", folder, "--print-json", ...args],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } },
  );
  const lines = [];
  const keep = (line) => {
    lines.push(line);
    if (lines.length > KEPT_LOG_LINES) lines.shift();
  };
  readline.createInterface({ input: child.stderr }).on("line", keep);
  const log = () => lines.join("\n");

  let announced;
  try {
    announced = await announcement(child, keep, log);
  } catch (error) {
    child.kill("SIGKILL");
    await removeFolder();
    throw error;
  }
  return {
    address: announced.address,
    simulator: announced.simulator,
    signIn: announced.sign_in,
    pid: child.pid,
    log,
    stop: async () => {
      await stopChild(child);
      await removeFolder();
    },
  };
}

/** The one line of JSON that `--print-json` promises. */
function announcement(child, keep, log) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no address after ${START_LIMIT_MS / 1000} s:\n${log()}`)),
      START_LIMIT_MS,
    );
    const settle = (finish, value) => {
      clearTimeout(timer);
      finish(value);
    };
    child.once("error", (error) => settle(reject, new Error(`${binary}: ${error.message}`)));
    child.once("exit", (code, signal) =>
      settle(reject, new Error(`the product ended with ${signal ?? code}:\n${log()}`)),
    );
    readline.createInterface({ input: child.stdout }).on("line", (line) => {
      keep(line);
      if (!line.startsWith("{")) return;
      const value = JSON.parse(line);
      if (value.address && value.sign_in) settle(resolve, value);
    });
  });
}

/** Asks politely, then insists; resolves when the process has ended. */
async function stopChild(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}
