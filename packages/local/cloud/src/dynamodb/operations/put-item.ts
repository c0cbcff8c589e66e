import { z } from "zod";
import type { Operation } from "../../service.ts";
import { parseRequest } from "../parse-request.ts";
import {
  attributeMap,
  conditionMembers,
  returnConsumedCapacity,
  returnItemCollectionMetrics,
  returnValues,
} from "../request-members.ts";
import { validationError } from "../validation-error.ts";
import { type DynamoContext, openTable } from "./dynamo-context.ts";
import { readPut } from "./item-actions.ts";
import { writeAnswer, writeItem } from "./item-write.ts";

const request = z.strictObject({
  ...conditionMembers,
  Item: attributeMap,
  ReturnValues: returnValues,
  ReturnConsumedCapacity: returnConsumedCapacity,
  ReturnItemCollectionMetrics: returnItemCollectionMetrics,
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html */
export const putItem =
  (context: DynamoContext): Operation =>
  async (raw, call) => {
    const input = parseRequest(request, raw);
    requireOldValuesOnly(input.ReturnValues);
    const put = readPut(input);
    const table = openTable(context, call, "PutItem", input.TableName);
    const written = await writeItem(context, put.on(table));
    const old = input.ReturnValues === "ALL_OLD" ? written.before() : undefined;
    return writeAnswer(written, old, input.ReturnConsumedCapacity);
  };

export function requireOldValuesOnly(wanted: z.output<typeof returnValues>): void {
  if (wanted === undefined || wanted === "ALL_OLD" || wanted === "NONE") return;
  throw validationError("ReturnValues can only be ALL_OLD or NONE");
}
