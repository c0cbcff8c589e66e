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
import { type DynamoContext, openTable } from "./dynamo-context.ts";
import { readRemoval } from "./item-actions.ts";
import { writeAnswer, writeItem } from "./item-write.ts";
import { requireOldValuesOnly } from "./put-item.ts";

const request = z.strictObject({
  ...conditionMembers,
  Key: attributeMap,
  ReturnValues: returnValues,
  ReturnConsumedCapacity: returnConsumedCapacity,
  ReturnItemCollectionMetrics: returnItemCollectionMetrics,
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html */
export const deleteItem =
  (context: DynamoContext): Operation =>
  async (raw, call) => {
    const input = parseRequest(request, raw);
    requireOldValuesOnly(input.ReturnValues);
    const removal = readRemoval(input, "remove");
    const table = openTable(context, call, "DeleteItem", input.TableName);
    const written = await writeItem(context, removal.on(table));
    const old = input.ReturnValues === "ALL_OLD" ? written.before() : undefined;
    return writeAnswer(written, old, input.ReturnConsumedCapacity);
  };
