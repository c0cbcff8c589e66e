import { z } from "zod";
import type { Operation } from "../../service.ts";
import type { Attributes } from "../attribute-value.ts";
import { addConsumption, type Consumption, describeAll, readUnits } from "../consumed-capacity.ts";
import { encodeKey } from "../item-keys.ts";
import { attributesOf } from "../item-store.ts";
import { parseAttributes } from "../parse-attribute-value.ts";
import { parseRequest } from "../parse-request.ts";
import {
  attributeMap,
  attributeNames,
  expression,
  returnConsumedCapacity,
} from "../request-members.ts";
import { validationError } from "../validation-error.ts";
import { requireDistinct } from "./batch-keys.ts";
import { type DynamoContext, openTable } from "./dynamo-context.ts";
import { checkScalarKeys } from "./item-actions.ts";
import { readProjection } from "./read-projection.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const maximumKeys = 100;
const maximumResponseBytes = 16 * 1024 * 1024;

const keysAndAttributes = z.strictObject({
  Keys: z.array(attributeMap).min(1).max(maximumKeys),
  ConsistentRead: z.boolean().optional(),
  ProjectionExpression: expression,
  ExpressionAttributeNames: attributeNames,
});

const request = z.strictObject({
  RequestItems: z.record(z.string(), keysAndAttributes),
  ReturnConsumedCapacity: returnConsumedCapacity,
});

/** What doesn't fit into the response any more is given back as UnprocessedKeys. */
export const batchGetItem =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const input = parseRequest(request, raw);
    const requests = Object.entries(input.RequestItems);
    if (requests.length === 0) {
      throw validationError(
        "1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
      );
    }
    if (requests.reduce((sum, [, { Keys }]) => sum + Keys.length, 0) > maximumKeys) {
      throw validationError("Too many items requested for the BatchGetItem call");
    }
    const gets = requests
      .map(([name, of]) => ({
        name,
        of,
        projection: readProjection(of),
        keys: of.Keys.map((key) => parseAttributes(key)),
      }))
      .map((get) => {
        const table = openTable(context, call, "BatchGetItem", get.name);
        const encoded = get.keys.map((key) => encodeKey(table, key));
        requireDistinct(encoded);
        checkScalarKeys(table, get.projection?.paths ?? []);
        return { ...get, table, encoded };
      });
    let bytes = 0;
    const responses: [string, Attributes[]][] = [];
    const unprocessed: [string, unknown][] = [];
    const totals = new Map<string, Consumption>();
    for (const { name, of, table, encoded, projection } of gets) {
      const items: Attributes[] = [];
      const left: unknown[] = [];
      for (const [position, key] of encoded.entries()) {
        const stored = context.items.find(table, key);
        if (bytes + (stored?.size ?? 0) > maximumResponseBytes) {
          left.push(of.Keys[position]);
          continue;
        }
        bytes += stored?.size ?? 0;
        const units = readUnits(stored?.size ?? 0, of.ConsistentRead);
        addConsumption(totals, table.name, { table: units, indexes: new Map() });
        if (stored === undefined) continue;
        const item = attributesOf(stored);
        items.push(projection?.cut(item) ?? item);
      }
      responses.push([name, items]);
      if (left.length > 0) unprocessed.push([name, { ...of, Keys: left }]);
    }
    return {
      Responses: Object.fromEntries(responses),
      UnprocessedKeys: Object.fromEntries(unprocessed),
      ...describeAll(totals, input.ReturnConsumedCapacity),
    };
  };
