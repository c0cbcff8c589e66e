import type { JsonService } from "../src/http/json-service.ts";
import { inProcessRequest } from "../src/states/integrations/in-process-request.ts";
import type { ConformanceCase, SetupCall } from "./case-file.ts";
import type { World } from "./world.ts";

/** A call of the set-up that there is nothing here to answer. */
class SetUpError extends Error {}

/** Makes what the case's execution finds: queues, tables, objects, and the activities that somebody works on. */
export async function setUp(world: World, conformanceCase: ConformanceCase): Promise<void> {
  for (const activityName of activitiesOf(conformanceCase)) {
    await world.states("CreateActivity", { name: activityName });
  }
  for (const call of conformanceCase.setup) await makeCall(world, call);
}

/** The recording does not say that an activity was made; its history does, where a task of it was scheduled. */
function activitiesOf({ definition, aux_state_machines, expected }: ConformanceCase): Set<string> {
  const scheduled =
    expected.events?.some(({ type }) => type.startsWith("ActivityScheduled")) ?? false;
  if (!scheduled) return new Set();
  const text = JSON.stringify([definition, aux_state_machines]);
  return new Set(
    [...text.matchAll(/arn:aws:states:[^:"]+:\d+:activity:([^":]+)/g)].map(
      ([, name]) => name ?? "",
    ),
  );
}

async function makeCall(world: World, { service: name, op, args }: SetupCall): Promise<void> {
  const service = world.service(name);
  if (service === undefined) throw new SetUpError(`the local cloud has no ${name} for ${op}`);
  // The rule that lets the test see its events is told without its arguments, and no execution sees it.
  if (name === "events" && op === "put_rule" && Object.keys(args).length === 0) return;
  if (name === "s3") return makeS3Call(world, op, args);
  const operation = op.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
  const input = name === "dynamodb" && op === "create_table" ? tableInput(args) : args;
  await (service as JsonService).call(operation, input, world.call);
}

type Arguments = SetupCall["args"];

async function makeS3Call(
  world: World,
  op: string,
  { Bucket, Key, Body }: Arguments,
): Promise<void> {
  if (op !== "create_bucket" && op !== "put_object") throw new SetUpError(`s3 ${op}`);
  const rawPath = [Bucket, ...(Key === undefined ? [] : String(Key).split("/"))]
    .map((part) => encodeURIComponent(String(part)))
    .join("/");
  const request = inProcessRequest(
    { method: "PUT", rawPath: `/${rawPath}`, body: Body === undefined ? "" : textOf(String(Body)) },
    world.call,
  );
  const response = await world.service("s3")?.handle(request);
  if (response?.status !== 200) throw new SetUpError(`s3 ${op} answered ${response?.status}`);
}

/** Python's way to write bytes. */
const textOf = (body: string): string => /^(?:bytearray\()?b'(.*)'\)?$/s.exec(body)?.[1] ?? body;

/** The test suite's own short form of a table. */
const tableInput = (args: Arguments): object =>
  args.partition_key === undefined
    ? args
    : {
        TableName: args.table_name,
        KeySchema: [{ AttributeName: args.partition_key, KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: args.partition_key, AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      };
