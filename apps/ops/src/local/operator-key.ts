import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { codeOf, Failure } from "../failure.ts";

const operatorKey = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() });
export type OperatorKey = z.infer<typeof operatorKey>;

/** Where the local cloud keeps the operator's key of a data folder: made once, readable by its owner alone. */
const fileOf = (dataFolder: string): string => join(dataFolder, "operator-key.json");

/** Undefined where none was made yet. @throws Failure when it can't be read */
export async function readOperatorKey(dataFolder: string): Promise<OperatorKey | undefined> {
  const file = fileOf(dataFolder);
  try {
    return operatorKey.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return undefined;
    // Not the parser's own message, which would quote what stands there.
    throw new Failure(`${file} can't be read (${codeOf(error) || "it is damaged"})`);
  }
}
