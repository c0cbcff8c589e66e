import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  ListMapRunsCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { createS3 } from "../../../s3/s3.ts";
import type { Service } from "../../../service.ts";
import { systemClock } from "../../../system-clock.ts";
import { temporaryFolder } from "../../../testing/temporary-folder.ts";
import { place, serve, type TestEndpoint } from "../../../testing/test-endpoint.ts";
import { createStates } from "../../states-service.ts";

const bucket = "photos";
const roleArn = `arn:aws:iam::${place.accountId}:role/machine`;
const everything = { Effect: "Allow", Action: "*", Resource: "*" };

type Answer = (input: unknown) => unknown;
interface StatusEvent {
  readonly detail: Record<string, unknown>;
}

export type MapRunStates = Awaited<ReturnType<typeof openMapRunStates>>;

/** Step Functions with S3 and a function of the test's own, over HTTP, on files that outlive a restart. */
export async function openMapRunStates(answer: Answer = (input) => input) {
  const folder = temporaryFolder();
  const seen = {
    answer,
    statusEvents: [] as StatusEvent[],
    faults: [] as unknown[],
    /** Requests of machines to S3. */
    s3Requests: [] as string[],
    /** Waited for before a machine's request to S3 is answered. */
    gate: undefined as Promise<void> | undefined,
  };
  let current = await start(folder, seen);
  await current.s3Client.send(new CreateBucketCommand({ Bucket: bucket }));

  async function close(): Promise<void> {
    current.sfn.destroy();
    current.s3Client.destroy();
    await current.states.close();
    await current.endpoint.close();
    await current.s3.close();
  }

  return {
    seen,
    bucket,
    roleArn,
    databaseFile: join(folder, "states.sqlite"),
    get sfn(): SFNClient {
      return current.sfn;
    },
    get endpoint(): TestEndpoint {
      return current.endpoint;
    },
    /** What a kill of the process and a new start on the same files make of it; `between` while it is down. */
    async restart(between: () => void | Promise<void> = () => {}): Promise<void> {
      await close();
      await between();
      current = await start(folder, seen);
    },
    close,

    async putObject(key: string, body: string): Promise<void> {
      await current.s3Client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },

    /** Makes a machine of one Map that hands each item to the function, and starts it. @returns the execution's ARN */
    async start(name: string, map: object, input: unknown = {}): Promise<string> {
      const { stateMachineArn } = await current.sfn.send(
        new CreateStateMachineCommand({
          name,
          roleArn,
          definition: JSON.stringify({ StartAt: "Each", States: { Each: map } }),
        }),
      );
      const { executionArn } = await current.sfn.send(
        new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
      );
      return executionArn ?? "";
    },

    describe: (executionArn: string) =>
      current.sfn.send(new DescribeExecutionCommand({ executionArn })),

    /** The execution as it is once it has ended. */
    async ended(executionArn: string) {
      for (;;) {
        const execution = await this.describe(executionArn);
        if (execution.status !== "RUNNING") return execution;
      }
    },

    /** Its only map run, once there is one. */
    async mapRunOf(executionArn: string): Promise<string> {
      for (;;) {
        const { mapRuns } = await current.sfn.send(new ListMapRunsCommand({ executionArn }));
        const arn = mapRuns?.[0]?.mapRunArn;
        if (arn !== undefined) return arn;
      }
    },

    describeRun: (mapRunArn: string) => current.sfn.send(new DescribeMapRunCommand({ mapRunArn })),

    /** Waits until so many children have this status. */
    async untilCount(
      mapRunArn: string,
      status: "running" | "succeeded" | "aborted",
      count: number,
    ): Promise<void> {
      for (;;) {
        const { executionCounts } = await this.describeRun(mapRunArn);
        if (executionCounts?.[status] === count) return;
      }
    },
  };
}

interface Seen {
  answer: Answer;
  readonly statusEvents: StatusEvent[];
  readonly faults: unknown[];
  readonly s3Requests: string[];
  gate: Promise<void> | undefined;
}

async function start(folder: string, seen: Seen) {
  const common = {
    place,
    clock: systemClock(),
    onFault: (error: unknown) => void seen.faults.push(error),
  };
  const s3 = createS3({ ...common, folder: join(folder, "s3"), deliver: async () => {} });
  const watchedS3: Service = {
    ...s3.service,
    async handle(request) {
      seen.s3Requests.push(`${request.method} ${request.rawPath}`);
      await seen.gate;
      return s3.service.handle(request);
    },
  };
  const states = createStates({
    ...common,
    databaseFile: join(folder, "states.sqlite"),
    services: {
      async invokeFunction(_, payload, { onStarted }) {
        onStarted();
        const executedVersion = "$LATEST";
        try {
          const result = await seen.answer(JSON.parse(payload));
          return { payload: JSON.stringify(result), executedVersion };
        } catch (error) {
          // An answer that rejects is a function that throws.
          const thrown = { errorType: "Error", errorMessage: String(error) };
          return { payload: JSON.stringify(thrown), functionError: "Unhandled", executedVersion };
        }
      },
      services: new Map([["s3", watchedS3]]),
      callAs: (caller, signal) => endpoint.callAs(caller, signal),
    },
    requireTrust() {},
    requireLogDelivery() {},
    putEvent: (event) => void seen.statusEvents.push(event),
    putLogEvents() {},
  });
  const endpoint = await serve([states.service, s3.service]);
  endpoint.roleKey("machine", everything);
  s3.start();
  states.start();
  return {
    s3,
    states,
    endpoint,
    sfn: new SFNClient(endpoint.client),
    s3Client: new S3Client({ ...endpoint.client, forcePathStyle: true }),
  };
}

/** A Map that hands each item to the function, in child executions. */
export function distributedMap(
  options: { Label?: string } & Readonly<Record<string, unknown>> = {},
  executionType: "STANDARD" | "EXPRESS" = "STANDARD",
): object {
  const { Label = "each", ...others } = options;
  const work = {
    Type: "Task",
    Resource: `arn:aws:lambda:${place.region}:${place.accountId}:function:work`,
    End: true,
  };
  return {
    Type: "Map",
    Label,
    ItemProcessor: {
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: executionType },
      StartAt: `Work on ${Label}`,
      States: { [`Work on ${Label}`]: work },
    },
    End: true,
    ...others,
  };
}
