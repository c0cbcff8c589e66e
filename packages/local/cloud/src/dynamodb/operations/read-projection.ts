import { type BoundProjection, bindProjection } from "../expression/bind-projection.ts";
import { projectionTree } from "../expression/parse-cached.ts";
import { readPlaceholders } from "../expression/placeholders.ts";

/** The projection of a request that has no other expression. */
export function readProjection(request: {
  readonly ProjectionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
}): BoundProjection | undefined {
  const { ProjectionExpression } = request;
  const placeholders = readPlaceholders(request, { ProjectionExpression });
  const projection =
    ProjectionExpression === undefined
      ? undefined
      : bindProjection(projectionTree(ProjectionExpression), placeholders);
  placeholders.requireAllUsed();
  return projection;
}
