import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { architecture, sharpLayerArchive } from "../src/constructs/sharp-layer.ts";
import { zipLayer } from "./zip-layer.ts";

/** The C library of Lambda's runtimes on Amazon Linux 2023. */
const target = [`--cpu=${architecture}`, "--os=linux", "--libc=glibc"];

// Makes the archive of the sharp layer for AWS: the packages as the lock file has them, for Lambda's
// processor and not this machine's.
const work = mkdtempSync(join(tmpdir(), "sharp-layer-"));
try {
  const folder = join(work, "layer");
  execFileSync(
    "pnpm",
    [
      "--filter=@darkroom/sharp-layer",
      "deploy",
      "--prod",
      ...target,
      "--config.nodeLinker=hoisted",
      folder,
    ],
    // Its progress is no result of this script.
    { stdio: ["ignore", 2, 2], shell: process.platform === "win32" },
  );
  const archive = zipLayer(folder);
  const file = sharpLayerArchive();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, archive);
  console.log(
    `${relative(process.cwd(), file)}: ${(archive.byteLength / 1_000_000).toFixed(1)} MB`,
  );
} catch (error) {
  console.error(`package: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
