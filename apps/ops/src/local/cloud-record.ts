import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { codeOf, Failure } from "../failure.ts";

/** What is known of the local cloud of a data folder; no secrets. */
const cloudRecord = z.object({
  endpointUrl: z.string(),
  region: z.string(),
  /** The stack's outputs. */
  outputs: z.record(z.string(), z.unknown()),
  /** The process that runs it; not there after a clean stop. */
  pid: z.int().positive().optional(),
  /** How far the demo photos are; not there before the first `darkroom start`. */
  demo: z.enum(["skipped", "begun", "done"]).optional(),
});
export type CloudRecord = z.infer<typeof cloudRecord>;

const fileOf = (dataFolder: string): string => join(dataFolder, "darkroom.json");

/**
 * How other commands find the cloud of a data folder; undefined where none was ever started.
 * @throws Failure when the file is no such record
 */
export async function readCloudRecord(dataFolder: string): Promise<CloudRecord | undefined> {
  const file = fileOf(dataFolder);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return undefined;
    throw new Failure(`${file} can't be read (${codeOf(error)}): is the data folder yours?`);
  }
  try {
    return cloudRecord.parse(JSON.parse(text));
  } catch (error) {
    throw new Failure(`${file} is damaged: delete it, the next \`start\` writes it anew`, {
      cause: error,
    });
  }
}

/** Replaces the record as a whole: a reader finds the old one or the new one. */
export async function writeCloudRecord(dataFolder: string, record: CloudRecord): Promise<void> {
  const file = fileOf(dataFolder);
  const unfinished = `${file}.new`;
  await writeFile(unfinished, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await chmod(unfinished, 0o600);
  await rename(unfinished, file);
}
