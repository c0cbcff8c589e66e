import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCloud } from "../src/cloud.ts";
import { freePort } from "../src/testing/free-port.ts";
import { serveUntilTold } from "./serve-until-told.ts";

/** The local cloud as it is shipped, with an empty stack: what the benchmark makes in it, it makes by its API. */
const folder = mkdtempSync(join(tmpdir(), "darkroom-bench-"));
const stackFile = join(folder, "stack.json");
writeFileSync(
  stackFile,
  JSON.stringify({ provider: { aws: [{ region: "us-east-1" }] }, resource: {} }),
);
const port = await freePort();
const cloud = await startCloud({
  dataFolder: join(folder, "data"),
  port,
  stackFile,
  layerFolders: new Map(),
  labels: {
    detectLabels: () => Promise.reject(new Error("no labels here")),
    detectModerationLabels: () => Promise.reject(new Error("no moderation here")),
  },
  log: (line) => console.error(line),
});
await serveUntilTold({ port, ...cloud.operatorKey }, async () => {
  await cloud.close();
  rmSync(folder, { recursive: true });
});
