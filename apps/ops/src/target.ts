import type { OperatorKey } from "@darkroom/cloud/operator-key";
import { outputNames } from "@darkroom/infra";
import { codeOf, Failure } from "./failure.ts";
import { invocation } from "./invocation.ts";
import { type CloudRecord, readCloudRecord } from "./local/cloud-record.ts";
import { readOperatorKey } from "./local/operator-key.ts";
import type { Settings } from "./settings.ts";

/** Where the photos are processed, and what its resources are called. */
export interface Target {
  readonly endpointUrl: string;
  readonly region: string;
  readonly credentials: OperatorKey;
  readonly resources: Resources;
}

/** The stack's resources under the names that `darkroom env` gives them. */
export type Resources = Readonly<Record<keyof typeof outputNames, string>>;

/** @throws Failure when the stack has no such output */
export function resourcesOf(outputs: Readonly<Record<string, unknown>>): Resources {
  const named = Object.entries(outputNames).map(([name, output]) => {
    const value = outputs[output];
    if (typeof value !== "string") {
      throw new Failure(
        `The stack has no output ${output}: it was built from another version; build and start again`,
      );
    }
    return [name, value];
  });
  return Object.fromEntries(named) as Resources;
}

/**
 * The local cloud of the data folder, whether it runs or not.
 * @returns undefined where none was ever started
 */
export async function findTarget({
  dataFolder,
}: Pick<Settings, "dataFolder">): Promise<{ target: Target; running: boolean } | undefined> {
  const record = await readCloudRecord(dataFolder);
  const credentials = await readOperatorKey(dataFolder);
  if (record === undefined || credentials === undefined) return undefined;
  const { endpointUrl, region, outputs } = record;
  return {
    target: { endpointUrl, region, credentials, resources: resourcesOf(outputs) },
    running: await isRunning(record),
  };
}

/** @throws Failure that says how to start it when it doesn't run */
export async function requireRunning(
  settings: Pick<Settings, "dataFolder" | "shownDataFolder">,
): Promise<Target> {
  const found = await findTarget(settings);
  if (found?.running === true) return found.target;
  throw new Failure(
    `Nothing runs on the data folder ${settings.shownDataFolder}: start it with \`${invocation.start}\``,
  );
}

/** A record outlives a `kill -9`: it holds only while its process is there and the endpoint answers. */
async function isRunning({ pid, endpointUrl }: CloudRecord): Promise<boolean> {
  if (pid === undefined || !processExists(pid)) return false;
  try {
    const answer = await fetch(endpointUrl, { signal: AbortSignal.timeout(answerWithinMs) });
    await answer.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/** Any answer will do, a refusal too; a cloud that is busy may take a moment. */
const answerWithinMs = 5000;

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is there too.
    return codeOf(error) === "EPERM";
  }
}
