import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "@darkroom/states";
import type { Place } from "../../place.ts";
import type { Call } from "../../service.ts";
import type { Commit } from "../../store/group-commit.ts";
import type { ItemReader } from "../item-reader.ts";
import type { ItemStore } from "../item-store.ts";
import type { TableCatalog } from "../table-catalog.ts";
import { indexArn, type Table, tableArn } from "../table-definition.ts";

/** What every operation works with. */
export interface DynamoContext {
  readonly place: Place;
  readonly clock: Clock;
  readonly database: DatabaseSync;
  readonly catalog: TableCatalog;
  readonly items: ItemStore;
  readonly reader: ItemReader;
  readonly commit: Commit;
  /** Begins to remove the rows of deleted tables. */
  readonly sweepDropped: () => void;
}

/**
 * The table that a request names, by its name or ARN, once the caller may do `action` on it.
 * @throws AccessDeniedException, ResourceNotFoundException
 */
export function openTable(
  context: DynamoContext,
  call: Call,
  action: string,
  nameOrArn: string,
  index?: string,
): Table {
  const { arn, name } = resolveTable(context, nameOrArn);
  call.authorize(`dynamodb:${action}`, index === undefined ? arn : indexArn(arn, index));
  const table = context.catalog.require(name);
  // An ARN of another account or region names no table of this place, whatever its last part is.
  return table.arn === arn ? table : context.catalog.require(arn);
}

export function resolveTable(
  { place }: DynamoContext,
  nameOrArn: string,
): { arn: string; name: string } {
  if (!nameOrArn.startsWith("arn:")) {
    return { arn: tableArn(place, nameOrArn), name: nameOrArn };
  }
  return { arn: nameOrArn, name: nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1) };
}
