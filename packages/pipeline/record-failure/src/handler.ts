import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type Context, createLogger, handleSqsBatch, parseEnvironment } from "@darkroom/lambda";
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

// These clients keep the SDK's own retries: this is the last resort, also where no machine retries it.
const table = countFailedPhotos(
  imageTable(
    DynamoDBDocumentClient.from(new DynamoDBClient(), {
      marshallOptions: { removeUndefinedValues: true },
    }),
    environment.IMAGE_TABLE,
  ),
);
const executions = executionReader(new SFNClient());

export async function handler(event: unknown, context: Context) {
  logger.resetKeys();
  logger.addContext(context);
  const failure = failureEventOf(event);
  switch (failure.from) {
    case "machine": {
      const { photo, executionArn } = failure.failure;
      const recorded = await recordFailure(failure.failure, table, new Date());
      logger.info("A failure of the machine", { imageID: photo.imageID, executionArn, recorded });
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
