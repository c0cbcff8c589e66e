import fc from "fast-check";
import type { Json } from "./dynalite-twin.ts";

const word = fc.constantFrom("a", "ab", "abc", "b", "ba", "Z");
const digits = fc.constantFrom(
  "-12.5",
  "-1",
  "0",
  "0.001",
  "1",
  "2",
  "10",
  "1e2",
  "1234567890123456789012345678901234",
);
const bytes = fc.constantFrom("AA==", "AQ==", "AQI=", "/w==");
const set = (member: fc.Arbitrary<string>) =>
  fc.uniqueArray(member, { minLength: 1, maxLength: 3 });

/** One attribute of each type, two where comparing two makes sense; p, q and r only ADD and DELETE touch. */
export const item = fc.record(
  {
    s: word.map((S) => ({ S })),
    t: word.map((S) => ({ S })),
    n: digits.map((N) => ({ N })),
    o: digits.map((N) => ({ N })),
    b: bytes.map((B) => ({ B })),
    p: digits.map((N) => ({ N })),
    q: set(word).map((SS) => ({ SS })),
    r: set(word).map((SS) => ({ SS })),
    flag: fc.constant({ BOOL: true }),
    nil: fc.constant({ NULL: true }),
    ss: set(word).map((SS) => ({ SS })),
    ns: set(fc.constantFrom("1", "2", "3")).map((NS) => ({ NS })),
    bs: set(bytes).map((BS) => ({ BS })),
    l: fc.constant({ L: [{ S: "a" }, { N: "1" }, { M: { x: { S: "b" } } }] }),
    m: fc.constant({ M: { x: { S: "a" }, y: { N: "2" }, z: { L: [{ S: "c" }] } } }),
  },
  { requiredKeys: ["s", "t", "n", "o", "b", "p"] },
);

const paths = [
  "s",
  "t",
  "n",
  "o",
  "b",
  "flag",
  "nil",
  "ss",
  "ns",
  "bs",
  "m.x",
  "m.y",
  "m.z[0]",
  "l[0]",
  "l[2].x",
  "lost",
  "#s",
];
const values: Record<string, Json> = {
  ":s": { S: "ab" },
  ":e": { S: "a" },
  ":n": { N: "2.0" },
  ":k": { N: "1" },
  ":b": { B: "AQ==" },
  ":t": { BOOL: true },
  ":z": { NULL: true },
  ":ss": { SS: ["b", "a"] },
  ":type": { S: "N" },
};

const path = fc.constantFrom(...paths);
/** For comparisons of two paths: dynalite takes two missing attributes for equal. */
const present = fc.constantFrom("s", "t", "n", "o", "b");
const scalar = fc.constantFrom(":s", ":e", ":n", ":k", ":b");
const value = fc.oneof(scalar, fc.constantFrom(":t", ":z", ":ss"));
const size = fc
  .constantFrom("s", "b", "ss", "ns", "l", "m", "n", "lost")
  .map((attribute) => `size(${attribute})`);

const comparison = fc
  .oneof(
    fc.tuple(path, fc.constantFrom("=", "<>"), fc.oneof(present, value)),
    fc.tuple(
      fc.oneof(path, size),
      fc.constantFrom("<", "<=", ">", ">="),
      fc.oneof(present, scalar),
    ),
    fc.tuple(scalar, fc.constantFrom("=", "<>", "<", ">="), path),
  )
  .map((parts) => parts.join(" "));

const oneCondition: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: comparison },
  fc.tuple(path, scalar, scalar).map(([a, b, c]) => `${a} BETWEEN ${b} AND ${c}`),
  fc
    .tuple(
      fc.constantFrom("s", "n", "b", "ss", "m.x", "lost"),
      fc.array(value, { minLength: 1, maxLength: 4 }),
    )
    .map(([a, list]) => `${a} IN (${list.join(", ")})`),
  path.map((a) => `attribute_exists(${a})`),
  path.map((a) => `attribute_not_exists(${a})`),
  path.map((a) => `attribute_type(${a}, :type)`),
  fc.tuple(path, fc.constantFrom(":s", ":e", "s", "t")).map(([a, b]) => `begins_with(${a}, ${b})`),
  fc
    .tuple(fc.constantFrom("s", "ss", "ns", "bs", "b", "lost", "m.x"), scalar)
    .map(([a, b]) => `contains(${a}, ${b})`),
);

const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    oneCondition,
    fc
      .tuple(tie("tree"), fc.constantFrom("AND", "OR"), tie("tree"))
      .map((parts) => parts.join(" ")),
    oneCondition.map((one) => `NOT ${one}`),
    fc
      .tuple(tie("tree"), tie("tree"))
      .map(([left, right]) => `NOT (${left} OR ${right}) AND ${left}`),
  ),
}));

export const condition: fc.Arbitrary<string> = tree;

/** The names and values that an expression uses. */
export function placeholders(expression: string): Json {
  const used = Object.entries(values).filter(([name]) =>
    new RegExp(`${name}(?![a-z])`).test(expression),
  );
  return {
    ...(used.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(used) }),
    ...(expression.includes("#s") ? { ExpressionAttributeNames: { "#s": "s" } } : {}),
  };
}

const target = fc.constantFrom(
  "s",
  "n",
  "ss",
  "m",
  "m.x",
  "m.y",
  "m.new",
  "l[0]",
  "l[2].x",
  "lost",
  "lost.x",
  "nil",
  "s.x",
);
const operand = fc.oneof(path, fc.constantFrom(":s", ":n", ":k", ":ss", ":z"));
const setAction = fc
  .tuple(
    target,
    fc.oneof(
      operand,
      fc
        .tuple(
          fc.constantFrom("n", "o", "m.y", ":k", "s", "lost"),
          fc.constantFrom("+", "-"),
          fc.constantFrom("n", ":n", ":k"),
        )
        .map((parts) => parts.join(" ")),
      fc
        .tuple(path, operand)
        .filter(([a, b]) => a.replace("#", "") !== b.replace("#", ""))
        .map(([a, b]) => `if_not_exists(${a}, ${b})`),
      fc
        .tuple(fc.constantFrom("m.z", "s", "lost"), fc.constantFrom("m.z", "n"))
        .map(([a, b]) => `list_append(${a}, ${b})`),
    ),
  )
  .map((parts) => parts.join(" = "));

/** An update of up to four sections. */
export const update: fc.Arbitrary<string> = fc
  .record(
    {
      SET: fc.array(setAction, { minLength: 1, maxLength: 3 }),
      REMOVE: fc.array(
        target.filter((path) => path !== "l[2].x"),
        { minLength: 1, maxLength: 2 },
      ),
      ADD: fc.array(fc.constantFrom("p :k", "p :n", "p :ss", "q :ss", "added :k"), {
        minLength: 1,
        maxLength: 2,
      }),
      DELETE: fc.array(fc.constantFrom("r :ss", "lost :ss", "nil :ss"), {
        minLength: 1,
        maxLength: 1,
      }),
    },
    { requiredKeys: [] },
  )
  .map((chosen) =>
    Object.entries(chosen)
      .map(([section, actions]) => `${section} ${actions.join(", ")}`)
      .join(" "),
  )
  .filter((expression) => expression !== "");

const projected = fc.constantFrom(
  "s",
  "#s",
  "m",
  "m.x",
  "m.z[0]",
  "l[2].x",
  "l[0]",
  "l[1]",
  "lost",
  "lost.x",
  "s.x",
  "l[9]",
);

export const projection: fc.Arbitrary<string> = fc
  .array(projected, { minLength: 1, maxLength: 4 })
  .map((paths) => paths.join(", "));

const number = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -40, max: 40 }))
  .map(([digits, exponent]) => `${digits}e${exponent}`);
/** dynalite counts UTF-16 code units, not bytes. */
const ascii = fc.string({ unit: "grapheme-ascii", minLength: 1 });
const base64 = fc
  .uint8Array({ maxLength: 5 })
  .map((array) => Buffer.from(array).toString("base64"));

const { value: anyValue } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    ascii.map((S): Json => ({ S })),
    number.map((N) => ({ N })),
    base64.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true }),
    set(ascii).map((SS) => ({ SS })),
    fc
      .uniqueArray(fc.integer(), { minLength: 1, maxLength: 3 })
      .map((list) => ({ NS: list.map(String) })),
    set(base64.filter((text) => text !== "")).map((BS) => ({ BS })),
    fc.array(tie("value"), { maxLength: 3 }).map((L) => ({ L })),
    fc.dictionary(ascii, tie("value"), { maxKeys: 3 }).map((M) => ({ M })),
  ),
}));

/** Attributes of every type, at all depths. */
export const anyItem: fc.Arbitrary<Json> = fc.dictionary(
  fc.constantFrom("a", "bb", "ccc", "pad."),
  anyValue,
  { maxKeys: 4 },
);

const keyValues: Record<string, Json> = {
  ":i": { S: "a" },
  ":n": { N: "1" },
  ":m": { N: "2" },
  ":b": { B: "AQ==" },
};
const keyPath = fc.constantFrom("id", "sort", "other", "sort.x", "id[0]");
const keyOperand = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Object.keys(keyValues)) },
  keyPath,
  fc.constant("size(other)"),
);
const oneKeyCondition = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("id = :i", "sort > :n", ":n <= sort") },
  fc
    .tuple(
      fc.oneof(keyPath, keyOperand),
      fc.constantFrom("=", "<", "<=", ">", ">=", "<>"),
      keyOperand,
    )
    .map((parts) => parts.join(" ")),
  fc
    .tuple(keyPath, keyOperand, keyOperand)
    // Of these dynalite doesn't say that an operand is compared with itself.
    .filter(([a, b, c]) => a !== b && a !== c)
    .map(([a, b, c]) => `${a} BETWEEN ${b} AND ${c}`),
  fc.tuple(keyPath, keyOperand).map(([a, b]) => `begins_with(${a}, ${b})`),
  fc.tuple(keyPath, keyOperand).map(([a, b]) => `contains(${a}, ${b})`),
  fc.tuple(keyPath, fc.constantFrom(...Object.keys(keyValues))).map(([a, b]) => `${a} IN (${b})`),
  keyPath.map((a) => `attribute_exists(${a})`),
  fc.constant("NOT id = :i"),
);

/** Conditions on the keys `id` (S) and `sort` (N), most of them none that a Query takes, and their values. */
export const keyCondition: fc.Arbitrary<readonly [expression: string, values: Json]> = fc
  .tuple(
    fc.array(oneKeyCondition, { minLength: 1, maxLength: 3 }),
    fc.constantFrom("AND", "AND", "AND", "OR"),
  )
  .map(([conditions, operator]) => {
    const expression = conditions.join(` ${operator} `);
    const used = Object.entries(keyValues).filter(([name]) => expression.includes(name));
    return [expression, Object.fromEntries(used)] as const;
  });
