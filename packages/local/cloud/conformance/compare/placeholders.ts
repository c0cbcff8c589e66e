/** A word in angle brackets that a recorder put for a value: `<uuid:1>`, `<ArnPart_0idx>`, `<<task_token>:1>`. */
const placeholder = /<<[A-Za-z][\w-]*>:\d+>|<[A-Za-z][\w-]*(?::\d+)?>/g;

/** The words in a text that look like placeholders. */
export const wordsIn = (text: string): string[] => text.match(placeholder) ?? [];

/** What the kinds of placeholders may stand for; others stand for any text. */
const shapes: readonly (readonly [kind: RegExp, value: string])[] = [
  [/^<uuid:/, "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"],
  [/^<m-d5-/, "[0-9a-f]{32}"],
  [/idx>$/, '[^:/"<>\\s]+'],
  [/^<(resource|message_id|sequence-number):/, '[^:/"<>\\s]+'],
];

/** Words that stand for a time as whole values. */
const times: ReadonlySet<string> = new Set([
  "date",
  "datetime",
  "timestamp",
  "start-date",
  "stop-date",
  "start-time",
  "entered-time",
]);
const httpDate = /^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/;
const timeText = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;

export const isHttpDate = (value: unknown): boolean =>
  typeof value === "string" && httpDate.test(value);

/** What the placeholders of one case stand for: the same one for the same text, two of a kind for two texts. */
export class Bindings {
  readonly #literal: ReadonlySet<string>;
  #values: ReadonlyMap<string, string> = new Map();

  /** @param literal words in angle brackets that are data, or that stand on both sides for what was replaced */
  constructor(literal: ReadonlySet<string> = new Set()) {
    this.#literal = literal;
  }

  isLiteral(name: string): boolean {
    return this.#literal.has(name);
  }

  /** @returns false if the placeholder, or another of its kind, says otherwise */
  bind(name: string, value: string): boolean {
    const known = this.#values.get(name);
    if (known !== undefined) return known === value;
    for (const [other, taken] of this.#values) {
      if (taken === value && kindOf(other) === kindOf(name)) return false;
    }
    this.#values = new Map([...this.#values, [name, value]]);
    return true;
  }

  /** A point to go back to when what was bound since has led nowhere. */
  mark(): () => void {
    const values = this.#values;
    return () => {
      this.#values = values;
    };
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

const kindOf = (name: string): string => name.replace(/:\d+>$/, "");

/**
 * A name that was generated for a queue or function, in the place of the random one that a test had: where the recording
 * shows it in another text, such as a cause, it is the random one still.
 */
const generatedName = /u\d{5}x/;

/** Whether a recorded text stands for an actual one, by what its placeholders are bound to so far. */
export function textMatches(expected: string, actual: string, bindings: Bindings): boolean {
  if (expected === actual) return true;
  if (generatedName.test(actual)) {
    const pattern = actual.split(generatedName).map(escaped).join("[0-9a-f]{8}");
    if (new RegExp(`^${pattern}$`).test(expected)) return true;
  }
  if (times.has(expected)) return timeText.test(actual) || isHttpDate(actual);
  if (expected === "snf_role_arn" || expected === "sfn_role_arn") {
    return /^arn:<partition>:iam::\d{12}:role\/.+$/.test(actual);
  }
  const names: string[] = [];
  let pattern = "";
  let from = 0;
  for (const found of expected.matchAll(placeholder)) {
    const [name] = found;
    pattern += escaped(expected.slice(from, found.index));
    from = found.index + name.length;
    if (bindings.isLiteral(name)) {
      pattern += escaped(name);
    } else {
      names.push(name);
      pattern += `(${shapes.find(([kind]) => kind.test(name))?.[1] ?? ".+?"})`;
    }
  }
  if (names.length === 0) return false;
  const match = new RegExp(`^${pattern}${escaped(expected.slice(from))}$`, "s").exec(actual);
  return (
    match !== null && names.every((name, index) => bindings.bind(name, match[index + 1] ?? ""))
  );
}
