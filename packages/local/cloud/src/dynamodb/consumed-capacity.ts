import { type Attributes, attributeOf, equalValues } from "./attribute-value.ts";
import { itemSize } from "./item-size.ts";
import { type Index, projectedNames, type Table } from "./table-definition.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const readUnitBytes = 4_096;
const writeUnitBytes = 1_024;
/** A transaction reads or writes every item twice: to prepare and to commit. */
export const transactionFactor = 2;

export type CapacityDetail = "INDEXES" | "TOTAL" | "NONE" | undefined;

/** An eventually consistent read costs half. What isn't there costs as much as the smallest item. */
export const readUnits = (bytes: number, consistent: boolean | undefined): number =>
  Math.max(1, Math.ceil(bytes / readUnitBytes)) * (consistent === true ? 1 : 0.5);

const writeUnits = (...bytes: readonly number[]): number =>
  Math.max(1, Math.ceil(Math.max(...bytes) / writeUnitBytes));

/** Units by what they were used on: the table itself, and each of its indexes. */
export interface Consumption {
  readonly table: number;
  readonly indexes: ReadonlyMap<string, number>;
}

/** @param kind for transactions, which tell apart what they read from what they wrote */
export function describeConsumption(
  table: string,
  consumption: Consumption,
  detail: CapacityDetail,
  kind?: "ReadCapacityUnits" | "WriteCapacityUnits",
): Record<string, unknown> | undefined {
  if (detail === undefined || detail === "NONE") return undefined;
  const units = (amount: number) => ({
    CapacityUnits: amount,
    ...(kind === undefined ? {} : { [kind]: amount }),
  });
  const total = [...consumption.indexes.values()].reduce(
    (sum, amount) => sum + amount,
    consumption.table,
  );
  const indexes = [...consumption.indexes].map(([name, amount]) => [name, units(amount)]);
  return {
    TableName: table,
    ...units(total),
    ...(detail === "INDEXES" ? { Table: units(consumption.table) } : {}),
    ...(detail === "INDEXES" && indexes.length > 0
      ? { GlobalSecondaryIndexes: Object.fromEntries(indexes) }
      : {}),
  };
}

/** As a member of a response, left out when it wasn't asked for. */
export const consumedCapacity = (
  ...parameters: Parameters<typeof describeConsumption>
): { ConsumedCapacity?: Record<string, unknown> } => {
  const described = describeConsumption(...parameters);
  return described === undefined ? {} : { ConsumedCapacity: described };
};

/** Sums what several items of several tables cost, for batches and transactions. */
export function addConsumption(
  totals: Map<string, Consumption>,
  table: string,
  consumption: Consumption,
  factor = 1,
): void {
  const before = totals.get(table);
  const indexes = new Map(before?.indexes);
  for (const [name, amount] of consumption.indexes) {
    indexes.set(name, (indexes.get(name) ?? 0) + amount * factor);
  }
  totals.set(table, { table: (before?.table ?? 0) + consumption.table * factor, indexes });
}

export function describeAll(
  totals: ReadonlyMap<string, Consumption>,
  detail: CapacityDetail,
  kind?: "ReadCapacityUnits" | "WriteCapacityUnits",
): { ConsumedCapacity?: readonly unknown[] } {
  if (detail === undefined || detail === "NONE") return {};
  return {
    ConsumedCapacity: [...totals].map(([table, consumption]) =>
      describeConsumption(table, consumption, detail, kind),
    ),
  };
}

/** What a write costs: the table by the larger of the two items, an index by what changes in it. */
export function writeConsumption(
  table: Table,
  before: Attributes | undefined,
  after: Attributes | undefined,
): Consumption {
  const indexes = new Map<string, number>();
  for (const index of table.indexes) {
    const units = indexWriteUnits(table, index, before, after);
    if (units > 0) indexes.set(index.name, units);
  }
  const sizes = [before, after].map((item) => (item === undefined ? 0 : itemSize(item)));
  return { table: writeUnits(...sizes), indexes };
}

/**
 * An entry that moves is deleted and put again; one that only changes is one write; one whose attributes stay is none.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
 */
function indexWriteUnits(
  table: Table,
  index: Index,
  before: Attributes | undefined,
  after: Attributes | undefined,
): number {
  const from = before === undefined ? undefined : projectItem(table, index, before);
  const to = after === undefined ? undefined : projectItem(table, index, after);
  if (from === undefined || to === undefined) {
    const entry = from ?? to;
    return entry === undefined ? 0 : writeUnits(itemSize(entry));
  }
  if (equalValues({ M: from }, { M: to })) return 0;
  const moved = [index.hashKey, index.rangeKey].some((key) => {
    const [old, now] = [from, to].map((entry) => key && attributeOf(entry, key.name));
    return old !== undefined && now !== undefined && !equalValues(old, now);
  });
  return moved
    ? writeUnits(itemSize(from)) + writeUnits(itemSize(to))
    : writeUnits(itemSize(from), itemSize(to));
}

/** What an index holds of an item; undefined when the item isn't in it. */
export function projectItem(table: Table, index: Index, item: Attributes): Attributes | undefined {
  const keys = [index.hashKey, index.rangeKey].filter((key) => key !== undefined);
  if (keys.some(({ name }) => attributeOf(item, name) === undefined)) return undefined;
  const names = projectedNames(table, index);
  return names === undefined ? item : onlyNamed(item, names);
}

export const onlyNamed = (item: Attributes, names: ReadonlySet<string>): Attributes =>
  Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
