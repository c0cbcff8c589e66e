import { z } from "zod";
import type { Operation } from "../../service.ts";
import { parseRequest } from "../parse-request.ts";
import { indexName } from "../request-members.ts";
import { tableArn } from "../table-definition.ts";
import type { DynamoContext } from "./dynamo-context.ts";

/** A page has 100 names unless Limit says fewer. */
const maximumNames = 100;

const request = z.strictObject({
  ExclusiveStartTableName: indexName.optional(),
  Limit: z.int().min(1).max(maximumNames).optional(),
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html */
export const listTables =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const { ExclusiveStartTableName: start, Limit } = parseRequest(request, raw);
    call.authorize("dynamodb:ListTables", tableArn(context.place, "*"));
    const names = context.catalog.names().filter((name) => start === undefined || name > start);
    const page = names.slice(0, Limit ?? maximumNames);
    return {
      TableNames: page,
      ...(page.length < names.length ? { LastEvaluatedTableName: page.at(-1) } : {}),
    };
  };
