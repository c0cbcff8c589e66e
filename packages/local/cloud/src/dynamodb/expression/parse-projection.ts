import type { PathNode } from "./ast.ts";
import { parsePath } from "./parse-operand.ts";
import { readTokens } from "./token-reader.ts";

const kind = "ProjectionExpression";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html */
export function parseProjection(expression: string): readonly PathNode[] {
  const reader = readTokens(kind, expression);
  const paths = [parsePath(reader, kind)];
  while (reader.take(",")) paths.push(parsePath(reader, kind));
  reader.finish();
  return paths;
}
