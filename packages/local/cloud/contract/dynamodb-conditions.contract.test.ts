import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ImagesTable, S, startImagesTable } from "./dynamodb/images-table.ts";

const item = {
  id: S("conditions"),
  word: { S: "hello" },
  word2: { S: "hello" },
  num: { N: "5" },
  bin: { B: Buffer.from("aGVsbG8=", "base64") },
  flag: { BOOL: false },
  nothing: { NULL: true as const },
  words: { SS: ["a", "b"] },
  numbers: { NS: ["1", "2"] },
  blank: { S: "" },
  things: { L: [{ N: "1" }, { M: { label: { S: "cat" } } }, { L: [{ S: "deep" }] }] },
  doc: { M: { x: { N: "1" }, cells: { L: [{ N: "-1" }, { N: "2" }] } } },
};

const values = {
  ":hello": { S: "hello" },
  ":hell": { S: "hell" },
  ":x": { S: "x" },
  ":blank": { S: "" },
  ":one": { N: "1" },
  ":five": { N: "5.0" },
  ":nine": { N: "9" },
  ":text5": { S: "5" },
  ":prefix": { B: Buffer.from("aGU=", "base64") },
  ":false": { BOOL: false },
  ":true": { BOOL: true },
  ":list": { L: [{ N: "1" }] },
  ":deep": { L: [{ S: "deep" }] },
  ":cat": { M: { label: { S: "cat" } } },
  ":words": { SS: ["b", "a"] },
  ":typeS": { S: "S" },
  ":typeBOOL": { S: "BOOL" },
  ":dog": { S: "DOG" },
};

let images: ImagesTable;
beforeAll(async () => {
  images = await startImagesTable();
  await images.put(item);
});
afterAll(() => images.close());

/** Puts the same item again on a condition: whether it holds. */
async function holds(expression: string): Promise<boolean> {
  const used = Object.entries(values).filter(([name]) =>
    new RegExp(`${name}(?![A-Za-z0-9_])`).test(expression),
  );
  try {
    await images.put(item, {
      ConditionExpression: expression,
      ...(used.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(used) }),
      ...(expression.includes("#n") ? { ExpressionAttributeNames: { "#n": "num" } } : {}),
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

describe("a condition that holds", () => {
  test.each([
    "word = :hello",
    "word = word2",
    "#n = :five",
    "num <> :text5",
    "gone <> :one",
    "gone <> lost",
    "num > :one AND num <= :five",
    "num BETWEEN :one AND :nine",
    ":one between doc.x and num",
    "num IN (:text5, :five)",
    "attribute_exists (word)",
    "attribute_exists(flag)",
    "attribute_not_exists(doc.y)",
    "attribute_type(blank, :typeS)",
    "attribute_type(flag, :typeBOOL)",
    "begins_with(word, :hell)",
    "begins_with(bin, :prefix)",
    "begins_with(:hello, word)",
    "begins_with(word, :blank)",
    "contains(word, :hell)",
    "contains(words, :x) OR contains(numbers, :one)",
    "contains(things, :cat)",
    "contains(things, :deep)",
    "size(word) = :five",
    "size(blank) < :one",
    "size(things) > size(words)",
    "things[1].label <> :x",
    "doc.cells[0] < doc.x",
    "words = :words",
    "flag = :false",
    "NOT flag = :true",
    "not (word = :x) and (num = :five or word = :x)",
    "word = :x OR num = :five AND word = :hello",
    "(word) = (:hello)",
    "NOT NOT word = :hello",
  ])("%s", async (expression) => {
    expect(await holds(expression)).toBe(true);
  });
});

describe("a condition that doesn't hold", () => {
  test.each([
    "gone = :one",
    "gone = lost",
    "gone < :one",
    "gone <= lost",
    "num = :text5",
    "word > :one",
    "gone BETWEEN :one AND :nine",
    "num between word and :nine",
    "gone IN (:one)",
    "begins_with(num, :hell)",
    "begins_with(gone, :hell)",
    "contains(num, :one)",
    "contains(words, :one)",
    "size(num) = :one",
    "size(gone) = :one",
    "things[9] = :one",
    "word[0] = :one",
    "word.x = :one",
    "NOT word = :hello",
    "NOT word = :hello AND NOT word = :x",
  ])("%s", async (expression) => {
    expect(await holds(expression)).toBe(false);
  });
});

describe("a condition that is refused", () => {
  test.each([
    ["", "The expression can not be empty;"],
    ["   ", "The expression can not be empty;"],
    ["word", 'Syntax error; token: "<EOF>", near: "word"'],
    ["word = ", 'Syntax error; token: "<EOF>", near: "="'],
    ["= :one", 'Syntax error; token: "=", near: "= :one"'],
    ["word = , :one", 'Syntax error; token: ",", near: "= , :one"'],
    ["word = :one AND", 'Syntax error; token: "<EOF>", near: "AND"'],
    ["a ! b", 'Syntax error; token: "!", near: "a ! b"'],
    ["_a = :one", 'Syntax error; token: "_", near: "_a"'],
    ["attribute_exists(", 'Syntax error; token: "<EOF>", near: "("'],
    ["num IN ()", 'Syntax error; token: ")", near: "()"'],
    ["a[x] = :one", 'Syntax error; token: "x", near: "[x]"'],
    ["((word = :x))", "The expression has redundant parentheses;"],
    ["((word)) = :x", "The expression has redundant parentheses;"],
    ["status = :x", "Attribute name is a reserved keyword; reserved keyword: status"],
    ["doc.Size = :x", "Attribute name is a reserved keyword; reserved keyword: Size"],
    ["dog(word)", "Invalid function name; function: dog"],
    [
      "list_append(word, word2) = :x",
      "The function is not allowed in a condition expression; function: list_append",
    ],
    [
      "size(word)",
      "The function is not allowed to be used this way in an expression; function: size",
    ],
    [
      "attribute_exists(word) = :one",
      "The function is not allowed to be used this way in an expression; function: attribute_exists",
    ],
    [
      "#lost = :one",
      "An expression attribute name used in the document path is not defined; attribute name: #lost",
    ],
    [
      "word = :lost",
      "An expression attribute value used in expression is not defined; attribute value: :lost",
    ],
    [
      "size(word, word2) = :one",
      "Incorrect number of operands for operator or function; operator or function: size, number of operands: 2",
    ],
    [
      "word = word",
      "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [word]",
    ],
    [
      "contains(things[1].label, things[1].label)",
      "The first operand must be distinct from the remaining operands for this operator or function; operator: contains, first operand: [things, [1], label]",
    ],
    [
      "num < :list",
      "Incorrect operand type for operator or function; operator or function: <, operand type: L",
    ],
    [
      "num BETWEEN :false AND :true",
      "Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: BOOL",
    ],
    [
      "num BETWEEN :nine AND :one",
      "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:9}, upper bound operand: AttributeValue: {N:1}",
    ],
    [
      "num BETWEEN :one AND :x",
      "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:x}",
    ],
    [
      "begins_with(word, :one)",
      "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
    ],
    [
      "size(:one) = num",
      "Incorrect operand type for operator or function; operator or function: size, operand type: N",
    ],
    [
      "attribute_exists(:x)",
      "Operator or function requires a document path; operator or function: attribute_exists",
    ],
    [
      "attribute_type(word, word2)",
      "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}",
    ],
    [
      "attribute_type(word, :dog)",
      "Invalid attribute type name found; type: DOG, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
    ],
    ["a[2147483648] = :one", "List index is not within the allowable range; index: [2147483648]"],
    [
      `a${".b".repeat(32)} = :one`,
      "The document path has too many nesting levels; nesting levels: 33",
    ],
  ])("%s", async (expression, message) => {
    await expect(holds(expression)).rejects.toMatchObject({
      name: "ValidationException",
      message: `Invalid ConditionExpression: ${message}`,
    });
  });

  test("one of more than 4 KB", async () => {
    const expression = `word = :x${" ".repeat(4_090)}`;

    await expect(holds(expression)).rejects.toThrow(
      "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; expression size: 4099",
    );
  });

  test("one of more than 300 operators and functions", async () => {
    const chain = (length: number) => Array(length).fill("a<b").join(" or ");

    expect(await holds(chain(150))).toBe(false);
    await expect(holds(chain(151))).rejects.toThrow(
      "Invalid ConditionExpression: The expression contains too many operators; operator count: 301",
    );
  });

  test("one that is nothing but brackets", async () => {
    await expect(holds("(".repeat(4_000))).rejects.toThrow(/Syntax error/);
  });

  test("a list of more than 100 candidates", async () => {
    const list = (length: number) => Array(length).fill("word2").join(",");

    expect(await holds(`num IN (${list(100)})`)).toBe(false);
    await expect(holds(`num IN (${list(101)})`)).rejects.toThrow(
      "The IN operator is provided with too many operands; number of operands: 101",
    );
  });
});

describe("names and values", () => {
  const put = (input: object, expression: string | undefined) =>
    expect(
      images.put(
        { id: S("names") },
        { ...input, ...(expression === undefined ? {} : { ConditionExpression: expression }) },
      ),
    ).rejects;

  test("are refused when nothing uses them", async () => {
    await put(
      { ExpressionAttributeNames: { "#a": "a", "#b": "b" } },
      "attribute_exists(#a)",
    ).toThrow("Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}");
    await put(
      { ExpressionAttributeValues: { ":a": { N: "1" }, ":b": { N: "1" } } },
      "a = :a",
    ).toThrow("Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}");
  });

  test("are refused without an expression", async () => {
    await put({ ExpressionAttributeNames: { "#a": "a" } }, undefined).toThrow(
      "ExpressionAttributeNames can only be specified when using expressions",
    );
    await put({ ExpressionAttributeValues: { ":a": { N: "1" } } }, undefined).toThrow(
      "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
    );
  });

  test("are refused when they are malformed", async () => {
    await put({ ExpressionAttributeNames: {} }, "a = b").toThrow(
      "ExpressionAttributeNames must not be empty",
    );
    await put({ ExpressionAttributeValues: {} }, "a = b").toThrow(
      "ExpressionAttributeValues must not be empty",
    );
    await put({ ExpressionAttributeNames: { a: "b" } }, "a = b").toThrow(
      'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"',
    );
    await put({ ExpressionAttributeValues: { ":a-b": { N: "1" } } }, "a = b").toThrow(
      'ExpressionAttributeValues contains invalid key: Syntax error; key: ":a-b"',
    );
    await put({ ExpressionAttributeValues: { ":a": { N: "x" } } }, "a = :a").toThrow(
      "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: x for key :a",
    );
  });
});
