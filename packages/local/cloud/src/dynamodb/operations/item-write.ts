import { AwsError } from "../../aws-error.ts";
import type { Attributes } from "../attribute-value.ts";
import { type Consumption, consumedCapacity, writeConsumption } from "../consumed-capacity.ts";
import { type BoundCondition, bindCondition } from "../expression/bind-condition.ts";
import { conditionTree } from "../expression/parse-cached.ts";
import type { Placeholders } from "../expression/placeholders.ts";
import type { SizedItem } from "../item-size.ts";
import { attributesOf, type StoredItem } from "../item-store.ts";
import type { EncodedKey } from "../key-encoding.ts";
import type { Table } from "../table-definition.ts";
import type { DynamoContext } from "./dynamo-context.ts";

/** A change of one item that has been checked as far as it can be without the item. */
export interface ItemWrite {
  readonly table: Table;
  readonly key: EncodedKey;
  readonly condition: BoundCondition | undefined;
  /** Whether a failed condition tells the item that it met. */
  readonly tellsItem: boolean;
  readonly change: ItemChange;
}

type ItemChange =
  | { readonly kind: "put"; readonly item: (before: () => Attributes | undefined) => SizedItem }
  | { readonly kind: "remove" | "none" };

/** What a write will do, worked out against the item as it is. */
export interface PreparedWrite {
  readonly write: ItemWrite;
  readonly old: StoredItem | undefined;
  /** Read from JSON when it is first asked for. */
  readonly before: () => Attributes | undefined;
  readonly after: SizedItem | undefined;
}

/** @throws ConditionalCheckFailedException, or ValidationException when the item doesn't let itself be changed so. */
export function prepareWrite({ catalog, items }: DynamoContext, asked: ItemWrite): PreparedWrite {
  const table = catalog.requireCurrent(asked.table);
  const write = table === asked.table ? asked : { ...asked, table };
  const old = items.find(write.table, write.key);
  let attributes: Attributes | undefined;
  const before = () => {
    if (attributes === undefined && old !== undefined) attributes = attributesOf(old);
    return attributes;
  };
  const { condition, change } = write;
  if (condition !== undefined && !condition.holds(before() ?? {})) {
    throw conditionFailed(write.tellsItem ? before() : undefined);
  }
  return { write, old, before, after: change.kind === "put" ? change.item(before) : undefined };
}

/** Writes what was prepared, in the same transaction. */
export function carryOut({ items }: DynamoContext, prepared: PreparedWrite): void {
  const { write, old, before, after } = prepared;
  if (write.change.kind === "none") return;
  if (after !== undefined) items.put(write.table, write.key, old, before, after);
  else if (old !== undefined) items.remove(write.table, write.key, old, before);
}

/** Prepares and carries out one write, together with what else is written in this turn. */
export function writeItem(context: DynamoContext, write: ItemWrite): Promise<PreparedWrite> {
  return context.commit(() => {
    const prepared = prepareWrite(context, write);
    carryOut(context, prepared);
    return prepared;
  });
}

/** A check costs what writing its item would. */
export const consumptionOf = ({ write, before, after }: PreparedWrite): Consumption =>
  writeConsumption(
    write.table,
    before(),
    write.change.kind === "none" ? before() : after?.attributes,
  );

/** What Put-, Update- and DeleteItem answer: the attributes that were asked for, and the capacity. */
export function writeAnswer(
  written: PreparedWrite,
  attributes: Attributes | undefined,
  returnCapacity: Parameters<typeof consumedCapacity>[2] | undefined,
): Record<string, unknown> {
  return {
    ...(attributes === undefined ? {} : { Attributes: attributes }),
    ...(returnCapacity === undefined
      ? {}
      : consumedCapacity(written.write.table.name, consumptionOf(written), returnCapacity)),
  };
}

export function bindOptionalCondition(
  expression: string | undefined,
  placeholders: Placeholders,
): BoundCondition | undefined {
  return expression === undefined
    ? undefined
    : bindCondition(
        "ConditionExpression",
        conditionTree("ConditionExpression", expression),
        placeholders,
      );
}

const conditionFailed = (item: Attributes | undefined): AwsError =>
  new AwsError("ConditionalCheckFailedException", "The conditional request failed", {
    fields: item === undefined ? {} : { Item: item },
  });
