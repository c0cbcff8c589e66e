import { z } from "zod";
import { AwsError } from "../../aws-error.ts";
import type { Operation } from "../../service.ts";
import { addConsumption, type Consumption, describeAll } from "../consumed-capacity.ts";
import { keyMismatch } from "../item-keys.ts";
import { parseRequest } from "../parse-request.ts";
import {
  attributeMap,
  returnConsumedCapacity,
  returnItemCollectionMetrics,
} from "../request-members.ts";
import type { Table } from "../table-definition.ts";
import { validationError } from "../validation-error.ts";
import { requireDistinct } from "./batch-keys.ts";
import { type DynamoContext, openTable } from "./dynamo-context.ts";
import { type ItemAction, readPut, readRemoval } from "./item-actions.ts";
import { carryOut, consumptionOf, type ItemWrite, prepareWrite } from "./item-write.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const maximumRequests = 25;

const writeRequest = z.strictObject({
  PutRequest: z.strictObject({ Item: attributeMap }).optional(),
  DeleteRequest: z.strictObject({ Key: attributeMap }).optional(),
});

const request = z.strictObject({
  RequestItems: z.record(z.string(), z.array(writeRequest)),
  ReturnConsumedCapacity: returnConsumedCapacity,
  ReturnItemCollectionMetrics: returnItemCollectionMetrics,
});

/** All of a batch goes into one transaction, so UnprocessedItems is always empty. */
export const batchWriteItem =
  (context: DynamoContext): Operation =>
  async (raw, call) => {
    const input = parseRequest(request, raw);
    const requests = Object.entries(input.RequestItems);
    checkSizes(requests.map(([, writes]) => writes.length));
    const actions = requests.map(([name, writes]) => ({ name, actions: writes.map(readWrite) }));
    const writes = actions.flatMap(({ name, actions }) => {
      const table = openTable(context, call, "BatchWriteItem", name);
      const writes = actions.map((action) => fit(action, table));
      requireDistinct(writes.map(({ key }) => key));
      return writes;
    });
    const written = await context.commit(() => {
      const prepared = writes.map((write) => prepareWrite(context, write));
      for (const one of prepared) carryOut(context, one);
      return prepared;
    });
    const totals = new Map<string, Consumption>();
    if (input.ReturnConsumedCapacity !== undefined) {
      for (const one of written) {
        addConsumption(totals, one.write.table.name, consumptionOf(one));
      }
    }
    return { UnprocessedItems: {}, ...describeAll(totals, input.ReturnConsumedCapacity) };
  };

function checkSizes(lengths: readonly number[]): void {
  if (lengths.length === 0) {
    throw validationError(
      "1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  }
  if (lengths.some((length) => length === 0 || length > maximumRequests)) {
    throw validationError(
      `1 validation error detected: Value at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to ${maximumRequests}, Member must have length greater than or equal to 1]`,
    );
  }
  if (lengths.reduce((sum, length) => sum + length, 0) > maximumRequests) {
    throw validationError("Too many items requested for the BatchWriteItem call");
  }
}

function readWrite({ PutRequest, DeleteRequest }: z.output<typeof writeRequest>): ItemAction {
  if (PutRequest !== undefined && DeleteRequest === undefined) return readPut(PutRequest);
  if (DeleteRequest !== undefined && PutRequest === undefined) {
    return readRemoval(DeleteRequest, "remove");
  }
  throw validationError(
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
  );
}

/** A batch says less about a key that is missing or of another type than PutItem does. */
function fit(action: ItemAction, table: Table): ItemWrite {
  try {
    return action.on(table);
  } catch (error) {
    const isKey =
      error instanceof AwsError &&
      /: (?:Missing the key|Type mismatch for key) /.test(error.message);
    throw isKey ? keyMismatch() : error;
  }
}
