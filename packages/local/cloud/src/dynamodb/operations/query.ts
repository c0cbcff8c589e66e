import { z } from "zod";
import type { Operation } from "../../service.ts";
import { bindKeyCondition, type KeyCondition } from "../expression/key-condition.ts";
import { conditionTree } from "../expression/parse-cached.ts";
import type { PartitionRange, Position } from "../item-reader.ts";
import { parseRequest } from "../parse-request.ts";
import { expression, readMembers } from "../request-members.ts";
import { type KeySchema, keyAttributes } from "../table-definition.ts";
import { validationError } from "../validation-error.ts";
import { type DynamoContext, openTable } from "./dynamo-context.ts";
import { keyRange } from "./key-range.ts";
import { readPage } from "./read-page.ts";
import { checkAgainstTable, type ReadRequest, readRequest, requireIndex } from "./read-request.ts";
import { startPosition } from "./start-position.ts";

const request = z.strictObject({
  ...readMembers,
  KeyConditionExpression: expression,
  ScanIndexForward: z.boolean().optional(),
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html */
export const query =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const input = parseRequest(request, raw);
    const { KeyConditionExpression } = input;
    if (KeyConditionExpression === undefined) {
      throw validationError(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
      );
    }
    let conditions: ReadonlyMap<string, KeyCondition> = new Map();
    const read = readRequest(
      input,
      ["FilterExpression", "KeyConditionExpression"],
      (placeholders) => {
        const tree = conditionTree("KeyConditionExpression", KeyConditionExpression);
        conditions = bindKeyCondition(tree, placeholders);
      },
    );
    const table = openTable(context, call, "Query", input.TableName, input.IndexName);
    const index = requireIndex(table, input);
    const schema = index ?? table;
    const range = keyRange(schema, conditions, input.ScanIndexForward !== false);
    const after = startPosition(table, index, read.startKey);
    if (after !== undefined) checkWithin(range, after);
    checkFilter(schema, read);
    checkAgainstTable(table, index, input, read);
    const rows =
      index === undefined
        ? context.reader.queryTable(table, range, after)
        : context.reader.queryIndex(index, range, after);
    return readPage(table, index, input, read, rows);
  };

function checkWithin(range: PartitionRange, { at }: Position): void {
  if (!range.partition.equals(at.partition)) {
    throw validationError(
      "The provided starting key is outside query boundaries based on provided conditions",
    );
  }
  if (range.from.compare(at.sort) > 0 || range.to.compare(at.sort) <= 0) {
    throw validationError("The provided starting key does not match the range key predicate");
  }
}

function checkFilter(schema: KeySchema, { filter }: ReadRequest): void {
  for (const { name } of keyAttributes(schema)) {
    if (filter?.paths.some(([head]) => head === name)) {
      throw validationError(
        `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
      );
    }
  }
}
