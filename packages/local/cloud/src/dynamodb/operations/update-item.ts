import { z } from "zod";
import type { Operation } from "../../service.ts";
import type { Attributes } from "../attribute-value.ts";
import { cutPaths } from "../expression/bind-projection.ts";
import type { BoundUpdate } from "../expression/bind-update.ts";
import { parseRequest } from "../parse-request.ts";
import {
  attributeMap,
  conditionMembers,
  expression,
  returnConsumedCapacity,
  returnItemCollectionMetrics,
  returnValues,
} from "../request-members.ts";
import { type DynamoContext, openTable } from "./dynamo-context.ts";
import { readUpdate } from "./item-actions.ts";
import { type PreparedWrite, writeAnswer, writeItem } from "./item-write.ts";

const request = z.strictObject({
  ...conditionMembers,
  Key: attributeMap,
  UpdateExpression: expression,
  ReturnValues: returnValues,
  ReturnConsumedCapacity: returnConsumedCapacity,
  ReturnItemCollectionMetrics: returnItemCollectionMetrics,
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html */
export const updateItem =
  (context: DynamoContext): Operation =>
  async (raw, call) => {
    const input = parseRequest(request, raw);
    const action = readUpdate(input);
    const table = openTable(context, call, "UpdateItem", input.TableName);
    const written = await writeItem(context, action.on(table));
    const attributes = returnedAttributes(input.ReturnValues, action.update, written);
    return writeAnswer(written, attributes, input.ReturnConsumedCapacity);
  };

/** UPDATED_… are the parts of the item that the update's paths lead to; none of them is no attributes. */
function returnedAttributes(
  wanted: z.output<typeof returnValues>,
  update: BoundUpdate | undefined,
  { before, after }: PreparedWrite,
): Attributes | undefined {
  if (wanted === undefined || wanted === "NONE") return undefined;
  const item = wanted.endsWith("OLD") ? before() : after?.attributes;
  if (item === undefined || wanted.startsWith("ALL")) return item;
  const cut = cutPaths(update?.targets.map(({ path }) => path) ?? [])(item);
  return Object.keys(cut).length === 0 ? undefined : cut;
}
