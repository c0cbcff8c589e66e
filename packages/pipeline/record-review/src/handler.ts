import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createLogger, parseEnvironment, taskHandler } from "@darkroom/lambda";
import { recordReviewInput } from "@darkroom/workflow";
import * as z from "zod";
import { decisionTable } from "./decision-table.ts";
import { imageTable } from "./image-table.ts";
import { recordReview } from "./record-review.ts";

const environment = parseEnvironment(
  z.object({ IMAGE_TABLE: z.string().min(1), DECISION_TABLE: z.string().min(1) }),
  process.env,
);

// One attempt a call: how often and how long to try again is the machine's Retry to say.
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 1 }), {
  marshallOptions: { removeUndefinedValues: true },
});
const images = imageTable(client, environment.IMAGE_TABLE);
const decisions = decisionTable(client, environment.DECISION_TABLE);

export const handler = taskHandler({
  input: recordReviewInput,
  logger: createLogger("record-review"),
  run: async (input, logger) => {
    const recorded = await recordReview(input, { images, decisions }, new Date());
    logger.info("A review", { review: input.review, ...recorded });
    return recorded;
  },
});
