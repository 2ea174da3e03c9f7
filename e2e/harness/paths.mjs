// Where things lie in the checkout.

import { fileURLToPath } from "node:url";
import path from "node:path";

/** The folder of the root Cargo.toml. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** The binary under test: the development build unless MADOGUCHI_E2E_BINARY names another. */
export const binary = process.env.MADOGUCHI_E2E_BINARY ?? path.join(root, "target/debug/madoguchi");
