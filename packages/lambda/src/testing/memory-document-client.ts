import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";

type Item = Record<string, unknown>;
interface Write {
  ConditionExpression?: string | undefined;
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Record<string, unknown> | undefined;
  ReturnValuesOnConditionCheckFailure?: string | undefined;
}

/**
 * One table in memory behind the document client's Put, Update and Get, so that tests run the very
 * expressions that DynamoDB will: conditions of `=`, `<`, `<>`, `IN`, `attribute_exists`,
 * `attribute_not_exists`, `AND`, `OR`, `NOT` and parentheses; updates of `SET` and `REMOVE` on whole
 * attributes. Anything else is an error, as is a name or value that is declared and not used.
 */
export function memoryDocumentClient(hashKey: string): {
  client: DynamoDBDocumentClient;
  items: Map<string, Item>;
} {
  const items = new Map<string, Item>();
  const idOf = (key: Item | undefined) => String(key?.[hashKey]);

  const check = (write: Write, item: Item | undefined) => {
    if (write.ConditionExpression === undefined) return;
    if (evaluateCondition(write.ConditionExpression, write, item ?? {})) return;
    throw new ConditionalCheckFailedException({
      $metadata: {},
      message: "The conditional request failed",
      ...(item !== undefined && write.ReturnValuesOnConditionCheckFailure === "ALL_OLD"
        ? { Item: marshall(item) }
        : {}),
    });
  };

  const send = async (command: unknown): Promise<unknown> => {
    if (command instanceof GetCommand) {
      const item = items.get(idOf(command.input.Key));
      return item === undefined ? {} : { Item: structuredClone(item) };
    }
    if (command instanceof PutCommand) {
      refuseUnused(command.input, [command.input.ConditionExpression]);
      const id = idOf(command.input.Item);
      check(command.input, items.get(id));
      items.set(id, definedOnly(command.input.Item ?? {}));
      return {};
    }
    if (command instanceof UpdateCommand) {
      const { input } = command;
      refuseUnused(input, [input.ConditionExpression, input.UpdateExpression]);
      const id = idOf(input.Key);
      const old = items.get(id);
      check(input, old);
      items.set(id, applyUpdate(input.UpdateExpression ?? "", input, { ...input.Key, ...old }));
      return {};
    }
    throw new Error(`The memory table has no ${(command as object).constructor.name}`);
  };
  return { client: { send } as unknown as DynamoDBDocumentClient, items };
}

function definedOnly(item: Item): Item {
  return structuredClone(
    Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)),
  );
}

/** DynamoDB refuses these with a ValidationException. */
function refuseUnused(write: Write, expressions: readonly (string | undefined)[]): void {
  const used = new Set(expressions.flatMap((expression) => expression?.match(/[#:]\w+/g) ?? []));
  const declared = [
    ...Object.keys(write.ExpressionAttributeNames ?? {}),
    ...Object.keys(write.ExpressionAttributeValues ?? {}),
  ];
  const unused = declared.filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`ValidationException: unused in expressions: ${unused}`);
}

function nameOf(token: string, write: Write): string {
  if (!token.startsWith("#")) return token;
  const name = write.ExpressionAttributeNames?.[token];
  if (name === undefined) throw new Error(`ValidationException: ${token} is not declared`);
  return name;
}

function operand(token: string, write: Write, item: Item): unknown {
  if (!token.startsWith(":")) return item[nameOf(token, write)];
  const value = write.ExpressionAttributeValues?.[token];
  if (value === undefined) throw new Error(`ValidationException: ${token} is not declared`);
  return value;
}

function evaluateCondition(expression: string, write: Write, item: Item): boolean {
  const tokens = expression.match(/<>|<=|>=|[#:]?\w+|[()=<>,]/g) ?? [];
  const take = (expected?: string): string => {
    const token = tokens.shift();
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(`ValidationException: expected ${expected}, found ${token}: ${expression}`);
    }
    return token;
  };
  const either = (): boolean => {
    let result = both();
    while (tokens[0] === "OR") {
      take();
      const right = both();
      result = result || right;
    }
    return result;
  };
  const both = (): boolean => {
    let result = one();
    while (tokens[0] === "AND") {
      take();
      const right = one();
      result = result && right;
    }
    return result;
  };
  const one = (): boolean => {
    const token = take();
    if (token === "NOT") return !one();
    if (token === "(") {
      const result = either();
      take(")");
      return result;
    }
    if (token === "attribute_exists" || token === "attribute_not_exists") {
      take("(");
      const exists = item[nameOf(take(), write)] !== undefined;
      take(")");
      return exists === (token === "attribute_exists");
    }
    const left = operand(token, write, item);
    const comparator = take();
    if (comparator === "IN") {
      take("(");
      const values = [operand(take(), write, item)];
      while (take() === ",") values.push(operand(take(), write, item));
      return values.includes(left);
    }
    return compare(left, comparator, operand(take(), write, item));
  };
  const result = either();
  if (tokens.length > 0) throw new Error(`ValidationException: ${tokens[0]} in ${expression}`);
  return result;
}

/** A comparison with an attribute that isn't there is false, but for `<>`. */
function compare(left: unknown, comparator: string, right: unknown): boolean {
  switch (comparator) {
    case "=":
      return left === right;
    case "<>":
      return left !== right;
    case "<":
      return (
        (typeof left === "string" && typeof right === "string" && left < right) ||
        (typeof left === "number" && typeof right === "number" && left < right)
      );
    default:
      throw new Error(`The memory table has no comparator ${comparator}`);
  }
}

function applyUpdate(expression: string, write: Write, item: Item): Item {
  const updated: Item = structuredClone(item);
  const clauses = expression.split(/\b(SET|REMOVE)\b/).map((part) => part.trim());
  for (let index = 1; index < clauses.length; index += 2) {
    for (const action of (clauses[index + 1] ?? "").split(",").map((part) => part.trim())) {
      if (clauses[index] === "REMOVE") {
        delete updated[nameOf(action, write)];
      } else {
        const [name = "", value = ""] = action.split("=").map((part) => part.trim());
        updated[nameOf(name, write)] = definedOnly({ v: operand(value, write, item) }).v;
      }
    }
  }
  return updated;
}
