import { z } from "zod";
import type { Operation } from "../../service.ts";
import {
  addConsumption,
  type Consumption,
  describeAll,
  readUnits,
  transactionFactor,
} from "../consumed-capacity.ts";
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
import { requireAll, tryAction } from "./cancellation.ts";
import { type DynamoContext, openTable } from "./dynamo-context.ts";
import { checkScalarKeys } from "./item-actions.ts";
import { readProjection } from "./read-projection.ts";

const get = z.strictObject({
  TableName: tableName,
  Key: attributeMap,
  ProjectionExpression: expression,
  ExpressionAttributeNames: attributeNames,
});

const request = z.strictObject({
  TransactItems: z
    .array(z.strictObject({ Get: get }))
    .min(1)
    .max(100),
  ReturnConsumedCapacity: returnConsumedCapacity,
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html */
export const transactGetItems =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const input = parseRequest(request, raw);
    const gets = input.TransactItems.map(({ Get }) => ({
      Get,
      projection: readProjection(Get),
      key: parseAttributes(Get.Key),
    })).map((one) => ({ ...one, table: openTable(context, call, "GetItem", one.Get.TableName) }));
    // Nothing is written between these reads: they see one state.
    const reads = requireAll(
      gets.map(({ table, key, projection }) =>
        tryAction(() => {
          const encoded = encodeKey(table, key);
          checkScalarKeys(table, projection?.paths ?? []);
          return { table, projection, stored: context.items.find(table, encoded) };
        }),
      ),
    );
    const totals = new Map<string, Consumption>();
    const responses = reads.map(({ table, projection, stored }) => {
      const units = readUnits(stored?.size ?? 0, true);
      addConsumption(totals, table.name, { table: units, indexes: new Map() }, transactionFactor);
      if (stored === undefined) return {};
      const item = attributesOf(stored);
      return { Item: projection?.cut(item) ?? item };
    });
    return {
      Responses: responses,
      ...describeAll(totals, input.ReturnConsumedCapacity, "ReadCapacityUnits"),
    };
  };
