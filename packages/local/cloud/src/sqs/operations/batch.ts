import { z } from "zod";
import { AwsError } from "../../aws-error.ts";
import { queryCode } from "../errors.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html */
const maximumEntries = 10;

export const batchEntries = <Entry extends z.ZodType>(entry: Entry) =>
  z.strictObject({ QueueUrl: z.string(), Entries: z.array(entry) });

export interface BatchResult {
  readonly Successful: Record<string, unknown>[];
  readonly Failed: { Id: string; SenderFault: boolean; Code: string; Message: string }[];
}

/**
 * Runs the entries of a batch as one, each with an answer or an error of its own.
 * @param entryName as SQS names the entries of this call in its errors
 * @throws AwsError when the batch as a whole is wrong
 */
export async function runBatch<Entry extends { readonly Id: string }>(
  entryName: string,
  entries: readonly Entry[],
  run: (entries: readonly Entry[]) => Promise<readonly (object | AwsError)[]>,
): Promise<BatchResult> {
  checkEntries(entryName, entries);
  const answers = await run(entries);
  const result: BatchResult = { Successful: [], Failed: [] };
  for (const [index, { Id }] of entries.entries()) {
    const answer = answers[index];
    if (answer instanceof AwsError) {
      result.Failed.push({
        Id,
        SenderFault: true,
        Code: queryCode(answer.code),
        Message: answer.message,
      });
    } else {
      result.Successful.push({ Id, ...answer });
    }
  }
  return result;
}

function checkEntries(entryName: string, entries: readonly { readonly Id: string }[]): void {
  if (entries.length === 0) {
    throw new AwsError(
      "EmptyBatchRequest",
      `There should be at least one ${entryName} in the request.`,
    );
  }
  if (entries.length > maximumEntries) {
    throw new AwsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${maximumEntries}. You have sent ${entries.length}.`,
    );
  }
  const seen = new Set<string>();
  for (const { Id } of entries) {
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(Id)) {
      throw new AwsError(
        "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
      );
    }
    if (seen.has(Id)) throw new AwsError("BatchEntryIdsNotDistinct", `Id ${Id} repeated.`);
    seen.add(Id);
  }
}
