import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type Context, createLogger, handleSqsBatch, parseEnvironment } from "@darkroom/lambda";
import * as z from "zod";
import { albumTable } from "./album-table.ts";
import { executionStarter } from "./execution-starter.ts";
import { imageTable } from "./image-table.ts";
import { startMessage } from "./start-message.ts";

const environment = parseEnvironment(
  z.object({
    IMAGE_TABLE: z.string().min(1),
    ALBUM_TABLE: z.string().min(1),
    STATE_MACHINE_ARN: z.string().startsWith("arn:"),
  }),
  process.env,
);
const logger = createLogger("start-execution");

/**
 * StartExecution refills 300 starts a second in the largest regions and 150 in the others
 * (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html), which two calls of ten
 * messages each can outrun for a while. Six attempts wait for at most 16 s, inside the function's 30 s;
 * what is throttled all the same is delivered again.
 */
const maxAttempts = 6;

// These clients keep the SDK's own retries: no machine retries this function, and SQS
// would only deliver again after the visibility timeout.
const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(), {
  marshallOptions: { removeUndefinedValues: true },
});
const table = imageTable(dynamodb, environment.IMAGE_TABLE);
const albums = albumTable(dynamodb, environment.ALBUM_TABLE, Date.now);
const executions = executionStarter(new SFNClient({ maxAttempts }), environment.STATE_MACHINE_ARN);

export function handler(event: unknown, context: Context) {
  return handleSqsBatch(event, context, logger, (body) =>
    startMessage(body, {
      stateMachineArn: environment.STATE_MACHINE_ARN,
      table,
      albums,
      executions,
      logger,
      now: () => new Date(),
    }),
  );
}
