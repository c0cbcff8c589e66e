import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { startCloud } from "@darkroom/cloud";
import { layerFolders, stackFile } from "@darkroom/infra";
import { openVision } from "@darkroom/vision";
import { freePort } from "../free-port.ts";
import type { DecidedCall } from "./decisions.ts";
import type { Stack } from "./grants.ts";

/** The whole system in this process, used as its operator. */
export interface LocalDarkroom {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly sfn: SFNClient;
  readonly lambda: LambdaClient;
  readonly dynamodb: DynamoDBDocumentClient;
  /** Of the stack's output. */
  output(name: string): string;
  /** What has been decided since it was started. */
  calls(): readonly DecidedCall[];
  close(): Promise<void>;
}

/** @throws Error what the start is refused with */
export async function startDarkroom(
  stack: Stack,
  calls: readonly DecidedCall[],
): Promise<LocalDarkroom> {
  const folder = await mkdtemp(join(tmpdir(), "darkroom-permissions-"));
  const file = join(folder, "stack.json");
  await writeFile(file, JSON.stringify(withAbsoluteArchives(stack)));
  const from = calls.length;
  const vision = openVision({ mode: "fast" });
  const clean = async (): Promise<void> => {
    await vision.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const cloud = await startCloud({
      dataFolder: join(folder, "data"),
      port: await freePort(),
      stackFile: file,
      layerFolders,
      labels: vision,
      // What is denied is told here as well; the tests look at its effect.
      log: () => {},
    });
    const settings = {
      endpoint: cloud.endpointUrl,
      region: cloud.region,
      credentials: cloud.operatorKey,
    };
    const clients = {
      s3: new S3Client({ ...settings, forcePathStyle: true }),
      sqs: new SQSClient(settings),
      sfn: new SFNClient(settings),
      lambda: new LambdaClient(settings),
      dynamodb: DynamoDBDocumentClient.from(new DynamoDBClient(settings)),
    };
    return {
      ...clients,
      output: (name) => String(cloud.outputs.get(name)),
      calls: () => calls.slice(from),
      async close() {
        for (const client of Object.values(clients)) client.destroy();
        await cloud.close();
        await clean();
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
}

/** They are named by their paths from the stack's own folder. */
function withAbsoluteArchives(stack: Stack): Stack {
  const copy = structuredClone(stack);
  for (const lambda of Object.values(copy.resource.aws_lambda_function ?? {})) {
    lambda.filename = resolve(dirname(stackFile), String(lambda.filename));
  }
  return copy;
}
