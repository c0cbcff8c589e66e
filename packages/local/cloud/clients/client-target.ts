import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { expect } from "vitest";
import { startCloud } from "../src/cloud.ts";
import { freePort } from "../src/testing/free-port.ts";
import { clientStack, functionSource } from "./client-stack.ts";
import { findAwsCli } from "./find-client.ts";
import { type Ended, runClient } from "./run-client.ts";

export const awsCli = findAwsCli();

export type ClientTarget = Awaited<ReturnType<typeof openClientTarget>>;

/** A local cloud of its own with the stack of `client-stack.ts`, and the AWS CLI that is sent there. */
export async function openClientTarget() {
  const root = mkdtempSync(join(tmpdir(), "darkroom-clients-"));
  const folder = join(root, "work");
  mkdirSync(folder);
  writeFileSync(join(root, "function.zip"), zipSync({ "index.cjs": strToU8(functionSource) }));
  const stackFile = join(root, "stack.json");
  writeFileSync(stackFile, JSON.stringify(clientStack));
  const faults: string[] = [];
  const cloud = await startCloud({
    dataFolder: join(root, "data"),
    port: await freePort(),
    stackFile,
    layerFolders: new Map(),
    labels: { detectLabels: () => Promise.reject(new Error("no labels here")) },
    log: (line) => faults.push(line),
  });
  const { accessKeyId, secretAccessKey } = cloud.operatorKey;
  /** Nothing of the person's own configuration counts. */
  const env = {
    PATH: process.env.PATH,
    HOME: root,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: cloud.region,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_MAX_ATTEMPTS: "1",
    AWS_PAGER: "",
  };

  const run = (args: readonly string[], input?: string): Promise<Ended> =>
    runClient(awsCli, [...args, "--endpoint-url", cloud.endpointUrl], {
      env,
      folder,
      ...(input === undefined ? {} : { input }),
    });

  return {
    endpointUrl: cloud.endpointUrl,
    env,
    /** Where the clients run. */
    folder,
    file: (name: string): string => join(folder, name),

    /** Runs `aws <args>`, which must succeed. @returns what it prints */
    async aws(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await run(args);
      expect(stderr, `aws ${args.join(" ")}`).toBe("");
      expect(code).toBe(0);
      return stdout;
    },

    /** The same, for what it prints as JSON. */
    async awsJson(...args: string[]): Promise<Record<string, unknown>> {
      return JSON.parse(await this.aws(...args, "--output", "json"));
    },

    /** Runs `aws <args>`, which must fail. @returns the message that a person sees */
    async awsFails(...args: string[]): Promise<string> {
      const { code, stdout, stderr } = await run(args);
      expect(code, `aws ${args.join(" ")} printed ${stdout}`).not.toBe(0);
      return stderr.trim();
    },

    /** For what takes a while or ends otherwise. */
    run,

    async close(): Promise<void> {
      await cloud.close();
      rmSync(root, { recursive: true });
      expect(faults).toEqual([]);
    },
  };
}
