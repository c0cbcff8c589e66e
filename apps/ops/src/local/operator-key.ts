import { readFile } from "node:fs/promises";
// Not by the package's index, which brings the whole cloud with it.
import { type OperatorKey, operatorKey, operatorKeyFile } from "@darkroom/cloud/operator-key";
import { codeOf, Failure } from "../failure.ts";

/** Undefined where none was made yet. @throws Failure when it can't be read */
export async function readOperatorKey(dataFolder: string): Promise<OperatorKey | undefined> {
  const file = operatorKeyFile(dataFolder);
  try {
    return operatorKey.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return undefined;
    // Not the parser's own message, which would quote what stands there.
    throw new Failure(`${file} can't be read (${codeOf(error) || "it is damaged"})`);
  }
}
