import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AsyncZippable, zipSync } from "fflate";

/** The start of ZIP's calendar. No file's time goes in, so that the same files give the same bytes. */
const zipEpoch = new Date(1980, 0, 1);
/** Of Unix: readable for everyone, as Lambda runs a layer under a user of its own. */
const unix = 3;
const readable = 0o644 << 16;

/**
 * A layer's archive of a folder with `node_modules`: its packages come under `nodejs/node_modules`, where
 * Lambda's NODE_PATH finds them
 * (https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html). What the installer keeps there
 * for itself, in names that start with a dot, stays out.
 */
export function zipLayer(folder: string): Uint8Array {
  const modules = join(folder, "node_modules");
  const files = readdirSync(modules, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(modules.length + 1))
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.startsWith("."))
    .sort();
  const entries: AsyncZippable = Object.fromEntries(
    files.map((path) => [
      `nodejs/node_modules/${path}`,
      [readFileSync(join(modules, path)), { level: 9, mtime: zipEpoch, os: unix, attrs: readable }],
    ]),
  );
  return zipSync(entries as Parameters<typeof zipSync>[0]);
}
