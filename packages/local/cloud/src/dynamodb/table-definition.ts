import type { Place } from "../place.ts";
import type { TableDraft } from "../terraform/draft.ts";
import type { ScalarType } from "./attribute-value.ts";

export interface KeyAttribute {
  readonly name: string;
  readonly type: ScalarType;
}

/** The attributes by which a table or an index finds its items. */
export interface KeySchema {
  readonly hashKey: KeyAttribute;
  readonly rangeKey?: KeyAttribute;
}

export type Projection =
  | { readonly type: "ALL" | "KEYS_ONLY" }
  | { readonly type: "INCLUDE"; readonly nonKeyAttributes: readonly string[] };

export interface IndexDefinition extends KeySchema {
  readonly name: string;
  readonly projection: Projection;
  readonly throughput?: Throughput;
}

export interface Throughput {
  readonly readCapacityUnits: number;
  readonly writeCapacityUnits: number;
}

export interface TableDefinition extends KeySchema {
  readonly name: string;
  readonly indexes: readonly IndexDefinition[];
  /** What was provisioned; a table without it is billed by request. */
  readonly throughput?: Throughput;
  /** DeleteTable is refused while it is on; a stack's table may go with its stack. */
  readonly deletionProtection?: boolean;
}

/** A table as the store knows it. */
export interface Table extends TableDefinition {
  readonly id: number;
  readonly arn: string;
  /** The id that DescribeTable tells. */
  readonly tableId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly indexes: readonly Index[];
}

export interface Index extends IndexDefinition {
  readonly id: number;
}

export const keyAttributes = (schema: KeySchema): readonly KeyAttribute[] =>
  schema.rangeKey === undefined ? [schema.hashKey] : [schema.hashKey, schema.rangeKey];

export const tableArn = (place: Place, name: string): string =>
  `arn:aws:dynamodb:${place.region}:${place.accountId}:table/${name}`;

export const indexArn = (table: string, index: string): string => `${table}/index/${index}`;

export function definitionFromDraft(draft: TableDraft): TableDefinition {
  return {
    name: draft.name,
    ...keysOf(draft),
    indexes: draft.globalSecondaryIndexes.map((index) => ({
      name: index.name,
      ...keysOf(index),
      projection: { type: index.projection },
    })),
  };
}

const keysOf = ({ hashKey, rangeKey }: KeySchema): KeySchema =>
  rangeKey === undefined ? { hashKey } : { hashKey, rangeKey };

/** The attributes that an index holds, by name; undefined for all. */
export function projectedNames(table: KeySchema, index: IndexDefinition): Set<string> | undefined {
  const { projection } = index;
  if (projection.type === "ALL") return undefined;
  return new Set([
    ...keyAttributes(table).map(({ name }) => name),
    ...keyAttributes(index).map(({ name }) => name),
    ...(projection.type === "INCLUDE" ? projection.nonKeyAttributes : []),
  ]);
}
