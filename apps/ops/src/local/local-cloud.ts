import { existsSync } from "node:fs";
import { type Cloud, startCloud } from "@darkroom/cloud";
import { layerFolders, stackFile } from "@darkroom/infra";
import { openVision } from "@darkroom/vision";
import { Failure, lineOf } from "../failure.ts";
import { invocation } from "../invocation.ts";
import type { Settings } from "../settings.ts";
import { resourcesOf, type Target } from "../target.ts";
import { type CloudRecord, readCloudRecord, writeCloudRecord } from "./cloud-record.ts";

/** A local cloud that runs in this process and that other commands find. */
export interface LocalCloud {
  readonly target: Target;
  /** What the data folder's record said of the demo photos when this started. */
  readonly demo: CloudRecord["demo"];
  recordDemo(demo: NonNullable<CloudRecord["demo"]>): Promise<void>;
  /** Stops it; everything is kept. */
  close(): Promise<void>;
}

/**
 * Starts the local cloud and its eyes on the data folder.
 * @param log a line that the cloud wants a person to see
 * @throws Failure when the port or the data folder can't be had
 */
export async function startLocalCloud(
  settings: Settings,
  log: (line: string) => void,
): Promise<LocalCloud> {
  if (!existsSync(stackFile)) {
    throw new Failure(`The system isn't built yet: run \`${invocation.build}\` first`);
  }
  const vision = openVision({ mode: settings.vision });
  let cloud: Cloud;
  try {
    cloud = await startCloud({
      dataFolder: settings.dataFolder,
      port: settings.port,
      stackFile,
      layerFolders,
      labels: vision,
      log,
    });
  } catch (error) {
    await vision.close();
    throw new Failure(lineOf(error), { cause: error });
  }

  const { endpointUrl, region, operatorKey } = cloud;
  const outputs = Object.fromEntries(cloud.outputs);
  const stop = async () => {
    await cloud.close();
    await vision.close();
  };
  try {
    const target = {
      endpointUrl,
      region,
      credentials: operatorKey,
      resources: resourcesOf(outputs),
    };
    const before = await readCloudRecord(settings.dataFolder).catch(() => undefined);
    let record: CloudRecord = {
      endpointUrl,
      region,
      outputs,
      pid: process.pid,
      ...(before?.demo === undefined ? {} : { demo: before.demo }),
    };
    await writeCloudRecord(settings.dataFolder, record);
    return {
      target,
      demo: record.demo,
      async recordDemo(demo) {
        record = { ...record, demo };
        await writeCloudRecord(settings.dataFolder, record);
      },
      async close() {
        const { pid: _, ...stopped } = record;
        await writeCloudRecord(settings.dataFolder, stopped);
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
