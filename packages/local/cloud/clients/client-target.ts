import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { expect } from "vitest";
import { startTestCloud } from "../src/testing/start-test-cloud.ts";
import { clientResources, functionSource } from "./client-stack.ts";
import { findAwsCli } from "./find-client.ts";
import { type Ended, runClient } from "./run-client.ts";

export const awsCli = findAwsCli();

export type ClientTarget = Awaited<ReturnType<typeof openClientTarget>>;

/** A local cloud of its own with the stack of `client-stack.ts`, and the AWS CLI that is sent there. */
export async function openClientTarget() {
  const archive = zipSync({ "index.cjs": strToU8(functionSource) });
  const cloud = await startTestCloud(clientResources, { "function.zip": archive });
  const { endpoint, region, credentials } = cloud.client;
  const folder = join(cloud.folder, "work");
  mkdirSync(folder);
  /** Nothing of the person's own configuration counts. */
  const env = {
    PATH: process.env.PATH,
    HOME: cloud.folder,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_MAX_ATTEMPTS: "1",
    AWS_PAGER: "",
  };

  const run = (args: readonly string[], input?: string): Promise<Ended> =>
    runClient(awsCli, [...args, "--endpoint-url", endpoint], {
      env,
      folder,
      ...(input === undefined ? {} : { input }),
    });

  return {
    endpointUrl: endpoint,
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
      expect(cloud.logged).toEqual([]);
    },
  };
}
