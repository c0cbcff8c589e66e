import type { z } from "zod";
import { type Attributes, type AttributeValue, attributeOf, typeOf } from "../attribute-value.ts";
import type { BoundCondition } from "../expression/bind-condition.ts";
import { type BoundUpdate, bindUpdate } from "../expression/bind-update.ts";
import type { DocumentPath } from "../expression/document-path.ts";
import { updateTree } from "../expression/parse-cached.ts";
import { readPlaceholders } from "../expression/placeholders.ts";
import { checkIndexKeys, encodeKey, encodeKeyOfItem, indexTypeMismatch } from "../item-keys.ts";
import { itemSize, maximumItemBytes, type SizedItem } from "../item-size.ts";
import { checkLevels, parseAttributes } from "../parse-attribute-value.ts";
import type { attributeMap, conditionMembers } from "../request-members.ts";
import { keyAttributes, type Table } from "../table-definition.ts";
import { invalidParameters, validationError } from "../validation-error.ts";
import { bindOptionalCondition, type ItemWrite } from "./item-write.ts";

type RawAttributes = z.output<typeof attributeMap>;
type ConditionMembers = {
  readonly [Member in Exclude<keyof typeof conditionMembers, "TableName">]?: z.output<
    (typeof conditionMembers)[Member]
  >;
};

/** One action on one item, read from its request; `on` fits it to its table. */
export interface ItemAction {
  readonly on: (table: Table) => ItemWrite;
  /** Of an update: what it writes. */
  readonly update?: BoundUpdate;
}

/** @throws ValidationException for what is wrong whatever the table is. */
export function readPut(request: ConditionMembers & { readonly Item: RawAttributes }): ItemAction {
  const { condition, tellsItem } = readCondition(request);
  const item = parseAttributes(request.Item);
  const sized = { attributes: item, size: itemSize(item) };
  if (sized.size > maximumItemBytes) {
    throw validationError("Item size has exceeded the maximum allowed size");
  }
  return {
    on(table) {
      const key = encodeKeyOfItem(table, item);
      checkIndexKeys(table, item);
      checkScalarKeys(table, condition?.paths ?? []);
      return { table, key, condition, tellsItem, change: { kind: "put", item: () => sized } };
    },
  };
}

export function readRemoval(
  request: ConditionMembers & { readonly Key: RawAttributes },
  kind: "remove" | "none",
): ItemAction {
  const { condition, tellsItem } = readCondition(request);
  const key = parseAttributes(request.Key);
  return {
    on(table) {
      const encoded = encodeKey(table, key);
      checkScalarKeys(table, condition?.paths ?? []);
      return { table, key: encoded, condition, tellsItem, change: { kind } };
    },
  };
}

export function readUpdate(
  request: ConditionMembers & {
    readonly Key: RawAttributes;
    readonly UpdateExpression?: string | undefined;
  },
): ItemAction {
  const key = parseAttributes(request.Key);
  const placeholders = readPlaceholders(request, {
    UpdateExpression: request.UpdateExpression,
    ConditionExpression: request.ConditionExpression,
  });
  const update = bindUpdate(
    request.UpdateExpression === undefined ? [] : updateTree(request.UpdateExpression),
    placeholders,
  );
  const condition = bindOptionalCondition(request.ConditionExpression, placeholders);
  placeholders.requireAllUsed();
  return {
    update,
    on(table) {
      const encoded = encodeKey(table, key);
      checkTargets(table, update);
      checkScalarKeys(table, [
        ...update.targets.map(({ path }) => path),
        ...(condition?.paths ?? []),
      ]);
      return {
        table,
        key: encoded,
        condition,
        tellsItem: request.ReturnValuesOnConditionCheckFailure === "ALL_OLD",
        change: { kind: "put", item: (before) => applied(table, update, before() ?? key) },
      };
    },
  };
}

function readCondition(request: ConditionMembers): {
  condition: BoundCondition | undefined;
  tellsItem: boolean;
} {
  const tellsItem = request.ReturnValuesOnConditionCheckFailure === "ALL_OLD";
  const placeholders = readPlaceholders(request, {
    ConditionExpression: request.ConditionExpression,
  });
  const condition = bindOptionalCondition(request.ConditionExpression, placeholders);
  placeholders.requireAllUsed();
  return { condition, tellsItem };
}

/** The item after the update, which must be one that could have been put. */
function applied(table: Table, update: BoundUpdate, before: Attributes): SizedItem {
  const item = update.apply(before);
  for (const { path } of update.targets) {
    const value = attributeOf(item, path[0]);
    if (value !== undefined) checkLevels(value);
  }
  checkUpdatedIndexKeys(table, update, item);
  const size = itemSize(item);
  if (size > maximumItemBytes) {
    throw validationError("Item size to update has exceeded the maximum allowed size");
  }
  return { attributes: item, size };
}

function checkTargets(table: Table, { targets }: BoundUpdate): void {
  for (const { name } of keyAttributes(table)) {
    if (targets.some(({ path }) => path[0] === name)) {
      throw invalidParameters(`Cannot update attribute ${name}. This attribute is part of the key`);
    }
  }
  for (const index of table.indexes) {
    for (const key of keyAttributes(index)) {
      const target = targets.find(({ path }) => path.length === 1 && path[0] === key.name);
      if (target?.type !== undefined && target.type !== key.type) {
        throw indexTypeMismatch(index, key, target.type);
      }
    }
  }
}

/** What only the item shows: a key of an index that an expression worked out or copied. */
function checkUpdatedIndexKeys(table: Table, { targets }: BoundUpdate, item: Attributes): void {
  const updated = table.indexes
    .flatMap(keyAttributes)
    .filter(({ name }) => targets.some(({ path }) => path[0] === name));
  if (updated.length === 0) return;
  for (const key of updated) {
    const value = attributeOf(item, key.name);
    if (value === undefined) continue;
    if (typeOf(value) !== key.type) {
      throw validationError(
        "The update expression attempted to update the secondary index key to unsupported type",
      );
    }
    if (isEmpty(value)) {
      throw validationError(
        `One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty ${key.type === "B" ? "binary" : "string"} value.`,
      );
    }
  }
  checkIndexKeys(table, item);
}

const isEmpty = (value: AttributeValue): boolean =>
  ("S" in value && value.S === "") || ("B" in value && value.B === "");

/** A key is a scalar, so no path leads into it. */
export function checkScalarKeys(table: Table, paths: readonly DocumentPath[]): void {
  const nested = new Set(paths.filter((path) => path.length > 1).map(([name]) => name));
  if (nested.size === 0) return;
  const own = keyAttributes(table).map(({ name }) => ["Key", name] as const);
  const ofIndexes = table.indexes
    .flatMap((index) => keyAttributes(index))
    .map(({ name }) => ["IndexKey", name] as const);
  for (const [sort, name] of [...own, ...ofIndexes]) {
    if (nested.has(name)) {
      throw validationError(
        `Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: ${sort}: ${name}`,
      );
    }
  }
}
