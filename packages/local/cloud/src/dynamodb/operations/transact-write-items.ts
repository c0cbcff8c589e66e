import { z } from "zod";
import type { Call, Operation } from "../../service.ts";
import {
  addConsumption,
  type CapacityDetail,
  type Consumption,
  describeAll,
  readUnits,
  transactionFactor,
} from "../consumed-capacity.ts";
import { parseRequest } from "../parse-request.ts";
import {
  attributeMap,
  conditionMembers,
  returnConsumedCapacity,
  returnItemCollectionMetrics,
} from "../request-members.ts";
import type { Table } from "../table-definition.ts";
import { validationError } from "../validation-error.ts";
import { keyText } from "./batch-keys.ts";
import { type ActionResult, requireAll, tryAction } from "./cancellation.ts";
import { type DynamoContext, openTable } from "./dynamo-context.ts";
import { type ItemAction, readPut, readRemoval, readUpdate } from "./item-actions.ts";
import { carryOut, consumptionOf, type ItemWrite, prepareWrite } from "./item-write.ts";
import { createRequestTokens, fingerprint } from "./request-tokens.ts";

const maximumActions = 100;
const maximumTransactionBytes = 4 * 1024 * 1024;

const transactItem = z.strictObject({
  ConditionCheck: z
    .strictObject({ ...conditionMembers, Key: attributeMap, ConditionExpression: z.string() })
    .optional(),
  Put: z.strictObject({ ...conditionMembers, Item: attributeMap }).optional(),
  Delete: z.strictObject({ ...conditionMembers, Key: attributeMap }).optional(),
  Update: z
    .strictObject({ ...conditionMembers, Key: attributeMap, UpdateExpression: z.string() })
    .optional(),
});

const request = z.strictObject({
  TransactItems: z.array(transactItem).min(1).max(maximumActions),
  ClientRequestToken: z.string().min(1).max(36).optional(),
  ReturnConsumedCapacity: returnConsumedCapacity,
  ReturnItemCollectionMetrics: returnItemCollectionMetrics,
});

interface TransactAction {
  readonly table: string;
  /** What the caller must be allowed to do. */
  readonly permission: string;
  readonly action: ItemAction;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
export const transactWriteItems = (context: DynamoContext): Operation => {
  const tokens = createRequestTokens(context.database, () => context.clock.now());
  return async (raw, call) => {
    const input = parseRequest(request, raw);
    const token = input.ClientRequestToken;
    const actions = input.TransactItems.map(readAction);
    const print = token === undefined ? "" : fingerprint(input.TransactItems);
    const fitted = fitActions(context, call, actions);
    return context.commit(() => {
      if (token !== undefined && tokens.wasCarriedOut(token, print)) {
        return repeated(context, requireAll(fitted), input.ReturnConsumedCapacity);
      }
      const prepared = requireAll(
        fitted.map((result) =>
          "value" in result ? tryAction(() => prepareWrite(context, result.value)) : result,
        ),
      );
      const bytes = prepared.reduce(
        (sum, { after, old }) => sum + (after?.size ?? old?.size ?? 0),
        0,
      );
      if (bytes > maximumTransactionBytes) {
        throw validationError("Collection size of items exceeded the 4MB limit of a transaction");
      }
      const totals = new Map<string, Consumption>();
      for (const one of prepared) {
        addConsumption(totals, one.write.table.name, consumptionOf(one), transactionFactor);
        carryOut(context, one);
      }
      if (token !== undefined) tokens.remember(token, print);
      return describeAll(totals, input.ReturnConsumedCapacity, "WriteCapacityUnits");
    });
  };
};

function readAction(item: z.output<typeof transactItem>): TransactAction {
  const { ConditionCheck, Put, Delete, Update } = item;
  const given = [ConditionCheck, Put, Delete, Update].filter((action) => action !== undefined);
  if (given.length > 1) {
    throw validationError("TransactItems can only contain one of Check, Put, Update or Delete");
  }
  if (ConditionCheck !== undefined) {
    const action = readRemoval(ConditionCheck, "none");
    return { table: ConditionCheck.TableName, permission: "ConditionCheckItem", action };
  }
  if (Put !== undefined) {
    return { table: Put.TableName, permission: "PutItem", action: readPut(Put) };
  }
  if (Delete !== undefined) {
    const action = readRemoval(Delete, "remove");
    return { table: Delete.TableName, permission: "DeleteItem", action };
  }
  if (Update !== undefined) {
    return { table: Update.TableName, permission: "UpdateItem", action: readUpdate(Update) };
  }
  throw validationError(
    "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request",
  );
}

/** @throws ValidationException when two actions are about one item. */
function fitActions(
  context: DynamoContext,
  call: Call,
  actions: readonly TransactAction[],
): ActionResult<ItemWrite>[] {
  const tables = actions.map(({ permission, table }) =>
    openTable(context, call, permission, table),
  );
  const fitted = actions.map(({ action }, position) =>
    tryAction(() => action.on(tables[position] as Table)),
  );
  const targets = fitted.flatMap((result) =>
    "value" in result ? [`${result.value.table.name} ${keyText(result.value.key)}`] : [],
  );
  if (new Set(targets).size < targets.length) {
    throw validationError("Transaction request cannot include multiple operations on one item");
  }
  return fitted;
}

/** A repeated request changes nothing; it costs the reading of its items. */
function repeated(
  { items }: DynamoContext,
  writes: readonly ItemWrite[],
  detail: CapacityDetail,
): { ConsumedCapacity?: readonly unknown[] } {
  const totals = new Map<string, Consumption>();
  for (const { table, key } of writes) {
    const units = readUnits(items.find(table, key)?.size ?? 0, true);
    addConsumption(totals, table.name, { table: units, indexes: new Map() }, transactionFactor);
  }
  return describeAll(totals, detail, "ReadCapacityUnits");
}
