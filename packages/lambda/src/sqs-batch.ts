import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import * as z from "zod";
import type { Logger } from "./logger.ts";

/** What is used of an SQS event; recognises one, too. */
export const sqsEvent = z.looseObject({
  Records: z
    .array(
      z.looseObject({
        messageId: z.string(),
        body: z.string(),
        eventSource: z.literal("aws:sqs"),
      }),
    )
    .min(1),
});

/**
 * Handles each message of a batch by itself and answers with those that failed, so that SQS delivers
 * only these again (the event source mapping must say `ReportBatchItemFailures`).
 * Throws when every message failed: then Lambda's own Errors metric shows it, and SQS does the same.
 */
export async function handleSqsBatch(
  event: unknown,
  context: Context,
  logger: Logger,
  handle: (body: string) => Promise<void>,
): Promise<SQSBatchResponse> {
  return processPartialResponse(
    event as SQSEvent,
    async (record: SQSRecord) => {
      try {
        await handle(record.body);
      } catch (error) {
        logger.error("The message failed and will be delivered again", {
          error: error as Error,
          messageId: record.messageId,
        });
        throw error;
      }
    },
    new BatchProcessor(EventType.SQS),
    { context },
  );
}
