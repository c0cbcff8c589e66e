import type { Clock } from "@darkroom/states";
import { type JsonService, jsonService } from "../http/json-service.ts";
import type { Place } from "../place.ts";
import { createGroupCommit } from "../store/group-commit.ts";
import type { TableDraft } from "../terraform/draft.ts";
import { createDroppedSweeper } from "./dropped-sweeper.ts";
import { openDynamoDatabase } from "./dynamo-database.ts";
import { createItemReader } from "./item-reader.ts";
import { createItemStore } from "./item-store.ts";
import { batchGetItem } from "./operations/batch-get-item.ts";
import { batchWriteItem } from "./operations/batch-write-item.ts";
import { createTable } from "./operations/create-table.ts";
import { deleteItem } from "./operations/delete-item.ts";
import { deleteTable } from "./operations/delete-table.ts";
import { describeTable, describeTimeToLive } from "./operations/describe-table.ts";
import type { DynamoContext } from "./operations/dynamo-context.ts";
import { getItem } from "./operations/get-item.ts";
import { listTables } from "./operations/list-tables.ts";
import { putItem } from "./operations/put-item.ts";
import { query } from "./operations/query.ts";
import { scan } from "./operations/scan.ts";
import { listTagsOfResource, tagResource, untagResource } from "./operations/table-tags.ts";
import { transactGetItems } from "./operations/transact-get-items.ts";
import { transactWriteItems } from "./operations/transact-write-items.ts";
import { updateItem } from "./operations/update-item.ts";
import { updateTable } from "./operations/update-table.ts";
import { createTableCatalog } from "./table-catalog.ts";
import { definitionFromDraft } from "./table-definition.ts";

export interface DynamoDb {
  readonly service: JsonService;
  /**
   * Creates the table that a stack declares, or brings the one that is there to its indexes; its items stay.
   * @throws Error when the table is there with another key.
   */
  putTable(table: TableDraft): void;
  /** Goes on with removing deleted tables. */
  start(): void;
  close(): Promise<void>;
}

export interface DynamoDbOptions {
  readonly place: Place;
  readonly databaseFile: string;
  readonly clock: Clock;
  readonly onFault: (error: unknown, where: string) => void;
}

/** Amazon DynamoDB over SQLite. What a call wrote is on disk before it is answered. */
export function createDynamoDb(options: DynamoDbOptions): DynamoDb {
  const { place, clock } = options;
  const database = openDynamoDatabase(options.databaseFile);
  const items = createItemStore(database);
  const catalog = createTableCatalog({ database, items, place, now: () => clock.now() });
  const group = createGroupCommit(database);
  const sweeper = createDroppedSweeper(database, options.onFault);
  const context: DynamoContext = {
    place,
    clock,
    database,
    catalog,
    items,
    reader: createItemReader(database),
    commit: group.commit,
    sweepDropped: sweeper.sweep,
  };

  return {
    service: jsonService({
      name: "dynamodb",
      jsonVersion: "1.0",
      errorPrefix: "com.amazonaws.dynamodb.v20120810#",
      operations: {
        BatchGetItem: batchGetItem(context),
        BatchWriteItem: batchWriteItem(context),
        CreateTable: createTable(context),
        DeleteItem: deleteItem(context),
        DeleteTable: deleteTable(context),
        DescribeTable: describeTable(context),
        DescribeTimeToLive: describeTimeToLive(context),
        GetItem: getItem(context),
        ListTables: listTables(context),
        ListTagsOfResource: listTagsOfResource(context),
        PutItem: putItem(context),
        Query: query(context),
        Scan: scan(context),
        TagResource: tagResource(context),
        TransactGetItems: transactGetItems(context),
        TransactWriteItems: transactWriteItems(context),
        UntagResource: untagResource(context),
        UpdateItem: updateItem(context),
        UpdateTable: updateTable(context),
      },
    }),

    putTable(draft) {
      const definition = definitionFromDraft(draft);
      const table = catalog.find(draft.name);
      if (table === undefined) catalog.create(definition);
      else catalog.change(table, definition);
    },

    start() {
      sweeper.sweep();
    },

    async close() {
      await group.close();
      await sweeper.close();
      database.close();
    },
  };
}
