import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 250 MB unzipped, 4 KB a path. */
const maximumUnzippedBytes = 250 * 1024 * 1024;
const maximumEntries = 50_000;

export interface Code {
  /** The archive itself, on this machine. */
  readonly archive: string;
  /** Where it is unpacked: the function's LAMBDA_TASK_ROOT. */
  readonly folder: string;
  /** Where node keeps what it has compiled of it: a new process loads a third faster. */
  readonly compileCacheFolder: string;
  readonly bytes: number;
  /** Base64, as Lambda tells it. */
  readonly sha256: string;
}

/**
 * Unpacks a function's archive below `codeFolder`, in a folder named after its hash; the same archive is unpacked once.
 * @throws Error when the archive is missing, unreadable, too large, or holds a path that leaves its folder.
 */
export function unpackArchive(archive: string, codeFolder: string): Code {
  let zip: Buffer;
  try {
    zip = readFileSync(archive);
  } catch (error) {
    throw new Error(`The function's archive ${archive} can't be read; was it built?`, {
      cause: error,
    });
  }
  const hash = createHash("sha256").update(zip).digest();
  const folder = join(codeFolder, hash.toString("hex"));
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${randomUUID()}`;
    for (const [name, content] of Object.entries(entriesOf(zip, archive))) {
      const file = join(unfinished, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    renameSync(unfinished, folder);
  }
  return {
    archive,
    folder,
    compileCacheFolder: `${folder}.compiled`,
    bytes: zip.length,
    sha256: hash.toString("base64"),
  };
}

/** Removes what no function uses any more, and what an interrupted start left behind. */
export function removeOtherCode(codeFolder: string, used: readonly Code[]): void {
  if (!existsSync(codeFolder)) return;
  const keep = new Set(used.flatMap((code) => [code.folder, code.compileCacheFolder]));
  for (const name of readdirSync(codeFolder)) {
    const folder = join(codeFolder, name);
    if (!keep.has(folder)) rmSync(folder, { recursive: true, force: true });
  }
}

function entriesOf(zip: Buffer, archive: string): Record<string, Uint8Array> {
  let size = 0;
  let count = 0;
  const entries = unzipSync(zip, {
    filter({ name, originalSize }) {
      size += originalSize;
      count += 1;
      if (size > maximumUnzippedBytes || count > maximumEntries) {
        throw new Error(
          `The archive ${archive} is larger than Lambda takes: ${maximumUnzippedBytes} bytes, ${maximumEntries} files.`,
        );
      }
      if (name.startsWith("/") || /[\\:\0]/.test(name) || name.split("/").includes("..")) {
        throw new Error(
          `The archive ${archive} holds the path "${name}", which leaves its folder.`,
        );
      }
      return !name.endsWith("/");
    },
  });
  if (Object.keys(entries).length === 0) throw new Error(`The archive ${archive} is empty.`);
  return entries;
}
