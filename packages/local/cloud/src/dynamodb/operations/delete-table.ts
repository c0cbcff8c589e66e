import { z } from "zod";
import type { Operation } from "../../service.ts";
import { parseRequest } from "../parse-request.ts";
import { tableName } from "../request-members.ts";
import { validationError } from "../validation-error.ts";
import { describe, requireNamed } from "./describe-table.ts";
import { type DynamoContext, resolveTable } from "./dynamo-context.ts";

const request = z.strictObject({ TableName: tableName });

/** The table is gone at once; its rows follow in the background. */
export const deleteTable =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const { arn, name } = resolveTable(context, parseRequest(request, raw).TableName);
    call.authorize("dynamodb:DeleteTable", arn);
    const table = requireNamed(context, name);
    if (table.deletionProtection === true) {
      throw validationError(
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
      );
    }
    const description = describe(context, table, "DELETING");
    context.catalog.drop(table);
    context.sweepDropped();
    return { TableDescription: description };
  };
