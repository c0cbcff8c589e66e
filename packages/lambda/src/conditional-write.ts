import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";

/** `item` is what stood in the way; undefined when there was none. */
export type ConditionalWrite = { written: true } | { written: false; item: unknown };

/**
 * Runs a write whose condition may fail, which is an answer and no error. The write has to ask for
 * `ReturnValuesOnConditionCheckFailure: "ALL_OLD"` for the item to be there.
 */
export async function conditionalWrite(write: () => Promise<unknown>): Promise<ConditionalWrite> {
  try {
    await write();
    return { written: true };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    // The document client leaves the item of an error in DynamoDB's own notation.
    return { written: false, item: error.Item && unmarshall(error.Item) };
  }
}
