import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** A command line client that is installed on this machine. */
export interface Client {
  readonly path: string;
  /** As it says itself, e.g. `aws-cli/2.9.19`. */
  readonly version: string;
}

/**
 * The AWS CLI, version 2: the first on the PATH, else Debian's. Version 1 speaks other protocols, and other programs are
 * called `aws` too.
 */
export const findAwsCli = (): Client | undefined => find("aws", /^aws-cli\/2\.\S+/);

export const findRclone = (): Client | undefined => find("rclone", /^rclone v1\.\S+/);

/**
 * Whether tests with a client that may be missing are left out: a line says so. In CI they are never left out, so that
 * they fail there.
 */
export function isMissing(name: string, client: Client | undefined): boolean {
  if (client !== undefined || process.env.CI !== undefined) return false;
  console.warn(`Tests with ${name} are skipped: this machine does not have it.`);
  return true;
}

function find(name: string, version: RegExp): Client | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin"];
  for (const path of new Set(folders.filter(Boolean).map((folder) => join(folder, name)))) {
    const [told] = version.exec(versionOf(path)) ?? [];
    if (told !== undefined) return { path, version: told };
  }
  return undefined;
}

function versionOf(path: string): string {
  try {
    accessSync(path, constants.X_OK);
    return execFileSync(path, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "";
  }
}
