import type { z } from "zod";
import type { Attributes } from "../attribute-value.ts";
import { type BoundCondition, bindCondition } from "../expression/bind-condition.ts";
import { type BoundProjection, bindProjection } from "../expression/bind-projection.ts";
import { conditionTree, projectionTree } from "../expression/parse-cached.ts";
import { type Placeholders, readPlaceholders } from "../expression/placeholders.ts";
import { parseAttributes } from "../parse-attribute-value.ts";
import type { readMembers } from "../request-members.ts";
import { type Index, projectedNames, type Table } from "../table-definition.ts";
import { invalidParameters, validationError } from "../validation-error.ts";
import { checkScalarKeys } from "./item-actions.ts";

export type ReadInput = {
  readonly [Member in keyof typeof readMembers]?: z.output<(typeof readMembers)[Member]>;
};

/** What a Query or Scan asks for, as far as its table isn't needed. */
export interface ReadRequest {
  readonly filter: BoundCondition | undefined;
  readonly projection: BoundProjection | undefined;
  readonly startKey: Attributes | undefined;
}

/** @param bindMore for a Query, which has one more expression over the same names and values */
export function readRequest(
  input: ReadInput & { readonly KeyConditionExpression?: string | undefined },
  parameters: readonly ("FilterExpression" | "KeyConditionExpression")[],
  bindMore: (placeholders: Placeholders) => void = () => {},
): ReadRequest {
  const { FilterExpression, ProjectionExpression } = input;
  const placeholders = readPlaceholders(input, {
    ProjectionExpression,
    ...Object.fromEntries(parameters.map((parameter) => [parameter, input[parameter]])),
  });
  const startKey =
    input.ExclusiveStartKey === undefined ? undefined : parseAttributes(input.ExclusiveStartKey);
  bindMore(placeholders);
  const filter =
    FilterExpression === undefined
      ? undefined
      : bindCondition(
          "FilterExpression",
          conditionTree("FilterExpression", FilterExpression),
          placeholders,
        );
  const projection =
    ProjectionExpression === undefined
      ? undefined
      : bindProjection(projectionTree(ProjectionExpression), placeholders);
  placeholders.requireAllUsed();
  checkSelect(input);
  return { filter, projection, startKey };
}

function checkSelect({ Select, ProjectionExpression, IndexName }: ReadInput): void {
  if (Select === "SPECIFIC_ATTRIBUTES" && ProjectionExpression === undefined) {
    throw validationError(
      "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
    );
  }
  if (
    ProjectionExpression !== undefined &&
    Select !== undefined &&
    Select !== "SPECIFIC_ATTRIBUTES"
  ) {
    throw validationError(
      `Cannot specify the ProjectionExpression when choosing to get ${Select === "COUNT" ? "only the Count" : Select}`,
    );
  }
  if (Select === "ALL_PROJECTED_ATTRIBUTES" && IndexName === undefined) {
    throw validationError(
      "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
    );
  }
}

/** The index that a request reads, undefined for the table itself. */
export function requireIndex(table: Table, input: ReadInput): Index | undefined {
  if (input.IndexName === undefined) return undefined;
  const index = table.indexes.find(({ name }) => name === input.IndexName);
  if (index === undefined) {
    throw validationError(`The table does not have the specified index: ${input.IndexName}`);
  }
  if (input.ConsistentRead === true) {
    throw validationError("Consistent reads are not supported on global secondary indexes");
  }
  return index;
}

/** @throws ValidationException when a request asks an index for what it doesn't hold, or looks into a key. */
export function checkAgainstTable(
  table: Table,
  index: Index | undefined,
  input: ReadInput,
  { filter, projection }: ReadRequest,
): void {
  checkScalarKeys(table, [...(projection?.paths ?? []), ...(filter?.paths ?? [])]);
  if (index === undefined) return;
  const names = projectedNames(table, index);
  if (names === undefined) return;
  if (input.Select === "ALL_ATTRIBUTES") {
    throw invalidParameters(
      `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
  }
  const missing = new Set(
    (projection?.paths ?? []).map(([name]) => name).filter((name) => !names.has(name)),
  );
  if (missing.size > 0) {
    throw invalidParameters(
      `Global secondary index ${index.name} does not project [${[...missing].join(", ")}]`,
    );
  }
}
