import { z } from "zod";
import type { Operation } from "../../service.ts";
import { consumedCapacity, readUnits } from "../consumed-capacity.ts";
import { encodeKey } from "../item-keys.ts";
import { attributesOf } from "../item-store.ts";
import { parseAttributes } from "../parse-attribute-value.ts";
import { parseRequest } from "../parse-request.ts";
import {
  attributeMap,
  attributeNames,
  expression,
  returnConsumedCapacity,
  tableName,
} from "../request-members.ts";
import { type DynamoContext, openTable } from "./dynamo-context.ts";
import { checkScalarKeys } from "./item-actions.ts";
import { readProjection } from "./read-projection.ts";

const request = z.strictObject({
  TableName: tableName,
  Key: attributeMap,
  ConsistentRead: z.boolean().optional(),
  ProjectionExpression: expression,
  ExpressionAttributeNames: attributeNames,
  ReturnConsumedCapacity: returnConsumedCapacity,
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html */
export const getItem =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const input = parseRequest(request, raw);
    const projection = readProjection(input);
    const key = parseAttributes(input.Key);
    const table = openTable(context, call, "GetItem", input.TableName);
    const encoded = encodeKey(table, key);
    checkScalarKeys(table, projection?.paths ?? []);
    const stored = context.items.find(table, encoded);
    const item = stored === undefined ? undefined : attributesOf(stored);
    return {
      ...(item === undefined ? {} : { Item: projection?.cut(item) ?? item }),
      ...consumedCapacity(
        table.name,
        { table: readUnits(stored?.size ?? 0, input.ConsistentRead), indexes: new Map() },
        input.ReturnConsumedCapacity,
      ),
    };
  };
