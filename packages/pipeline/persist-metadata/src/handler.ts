import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createLogger, parseEnvironment, taskHandler } from "@darkroom/lambda";
import { persistMetadataInput } from "@darkroom/workflow";
import * as z from "zod";
import { imageTable } from "./image-table.ts";
import { persistMetadata } from "./persist-metadata.ts";

const environment = parseEnvironment(z.object({ IMAGE_TABLE: z.string().min(1) }), process.env);

// One attempt a call: how often and how long to try again is the machine's Retry to say.
const table = imageTable(
  DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 1 }), {
    marshallOptions: { removeUndefinedValues: true },
  }),
  environment.IMAGE_TABLE,
);

export const handler = taskHandler({
  input: persistMetadataInput,
  logger: createLogger("persist-metadata"),
  run: async (input, logger) => {
    const persisted = await persistMetadata(input, table, new Date());
    if (persisted.superseded) logger.warn("The result was not stored", { ...persisted });
    return persisted;
  },
});
