import { startTestCloud } from "../src/testing/start-test-cloud.ts";

/** What the contract is checked against. */
export interface Target {
  /** The real thing, with the credentials of the environment. */
  readonly aws: boolean;
  /** What every SDK client takes. */
  readonly client: {
    readonly region: string;
    readonly endpoint?: string;
    readonly credentials?: { accessKeyId: string; secretAccessKey: string };
  };
  /** A name that nothing else has, for a bucket, table or queue of this run. */
  uniqueName(purpose: string): string;
  close(): Promise<void>;
}

/**
 * The local cloud with nothing in it, or AWS when `DARKROOM_CONTRACT=aws`: the same tests hold for both.
 * Against AWS it takes credentials and AWS_REGION from the environment, makes resources named `darkroom-contract-…`
 * and removes them at the end; the calls cost a few cents.
 */
export async function openTarget(): Promise<Target> {
  const run = Math.random().toString(36).slice(2, 10);
  const uniqueName = (purpose: string): string => `darkroom-contract-${purpose}-${run}`;
  if (process.env.DARKROOM_CONTRACT === "aws") {
    const region = process.env.AWS_REGION;
    if (region === undefined) throw new Error("DARKROOM_CONTRACT=aws needs AWS_REGION");
    return { aws: true, client: { region }, uniqueName, close: async () => {} };
  }
  const { client, logged, close } = await startTestCloud();
  return {
    aws: false,
    client: { endpoint: client.endpoint, region: client.region, credentials: client.credentials },
    uniqueName,
    async close() {
      await close();
      for (const line of logged) console.error(line);
    },
  };
}
