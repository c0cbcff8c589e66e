import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import {
  type Context,
  createLogger,
  handleSqsBatch,
  namedConnectionFailure,
  parseEnvironment,
} from "@darkroom/lambda";
import * as z from "zod";
import { countFailedPhotos } from "./count-failed-photos.ts";
import { executionReader } from "./execution-reader.ts";
import { failureEventOf } from "./failure-event.ts";
import { imageTable } from "./image-table.ts";
import { recordDeadMessage } from "./record-dead-message.ts";
import { recordEndedExecution } from "./record-ended-execution.ts";
import { recordFailure } from "./record-failure.ts";

const environment = parseEnvironment(z.object({ IMAGE_TABLE: z.string().min(1) }), process.env);
const logger = createLogger("record-failure");

const tableWith = (client: DynamoDBClient) =>
  countFailedPhotos(
    imageTable(
      DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
      environment.IMAGE_TABLE,
    ),
  );
// One attempt a call of the machine, whose Retry says how often and how long to try again.
const machineTable = tableWith(new DynamoDBClient({ maxAttempts: 1 }));
// No machine retries what the rule and the queue ask for: there the SDK's own retries stay.
const table = tableWith(new DynamoDBClient());
const executions = executionReader(new SFNClient());

export async function handler(event: unknown, context: Context) {
  logger.resetKeys();
  logger.addContext(context);
  const failure = failureEventOf(event);
  switch (failure.from) {
    case "machine": {
      const { photo, executionArn, status } = failure.failure;
      const recorded = await recordFailure(failure.failure, machineTable, new Date()).catch(
        (error: unknown) => {
          throw namedConnectionFailure(error);
        },
      );
      const { imageID } = photo;
      logger.info("A failure of the machine", { imageID, executionArn, status, recorded });
      return { recorded };
    }
    case "rule": {
      const { executionArn, status } = failure.execution;
      const recorded = await recordEndedExecution(failure.execution, table, executions, new Date());
      logger.info("An execution that ended", { executionArn, status, recorded });
      return { recorded };
    }
    case "dead-letter queue":
      return handleSqsBatch(failure.event, context, logger, (body) =>
        recordDeadMessage(body, { table, executions, logger, now: () => new Date() }),
      );
  }
}
