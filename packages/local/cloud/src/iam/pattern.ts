/** Condition keys by name, as a request has them; names compare without case. */
export type RequestContext = Readonly<Record<string, string>>;

/** What a statement compares text with: wildcards, and variables that each request fills in. */
export interface Pattern {
  /** As the policy says it. */
  readonly text: string;
  matches(value: string, context: RequestContext): boolean;
}

/** Keys that a policy may ask about; whatever else it asks about would be answered by nothing here. */
const conditionKeys = new Map(
  [
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "iam:PassedToService",
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    "cloudwatch:namespace",
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
    "s3:delimiter",
    "s3:max-keys",
    "s3:prefix",
  ].map((key) => [key.toLowerCase(), key]),
);

/** @throws Error for a key that no request here has: a Deny that asks about it would silently allow. */
export function knownConditionKey(key: string): string {
  const known = conditionKeys.get(key.toLowerCase());
  if (known !== undefined) return known;
  throw new Error(
    `the local cloud does not know the condition key ${key} (only ${[...conditionKeys.values()].join(", ")})`,
  );
}

/** The value of a key, by whatever case it is written in. */
export function contextValue(context: RequestContext, key: string): string | undefined {
  const exact = context[key];
  if (exact !== undefined) return exact;
  const wanted = key.toLowerCase();
  return Object.entries(context).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** `*` stands for any run of characters, `?` for one. */
export function wildcardPattern(text: string, options: { ignoreCase?: boolean } = {}): Pattern {
  const expression = new RegExp(`^${wildcards(text)}$`, options.ignoreCase ? "is" : "s");
  return { text, matches: (value) => expression.test(value) };
}

const variable = /\$\{([^{}]*)\}/g;
/** The key, and a default in single quotes: `${aws:PrincipalArn, 'nobody'}`. */
const variableBody = /^\s*([A-Za-z0-9]+:[^,\s]+)\s*(?:,\s*'([^']*)'\s*)?$/;

/**
 * Text with wildcards and policy variables
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
 * `${*}`, `${?}` and `${$}` are these characters themselves, and so is whatever a variable's value holds.
 * A variable that the request has no value for matches nothing.
 * @param wild false: `*` and `?` are characters like others
 * @throws Error for a variable that the local cloud does not know
 */
export function variablePattern(
  text: string,
  { wild, ignoreCase }: { wild: boolean; ignoreCase?: boolean },
): Pattern {
  const source = wild ? wildcards : escaped;
  if (!text.includes("${")) {
    const expression = new RegExp(`^${source(text)}$`, ignoreCase ? "is" : "s");
    return { text, matches: (value) => expression.test(value) };
  }
  const parts: ((context: RequestContext) => string | undefined)[] = [];
  let end = 0;
  for (const match of text.matchAll(variable)) {
    const before = source(text.slice(end, match.index));
    parts.push(() => before, variableValue(match[1] ?? ""));
    end = match.index + match[0].length;
  }
  const rest = text.slice(end);
  if (rest.includes("${")) throw new Error(`the policy variable in "${text}" does not end`);
  parts.push(() => source(rest));
  return {
    text,
    matches(value, context) {
      const filled = parts.map((part) => part(context));
      if (filled.includes(undefined)) return false;
      return new RegExp(`^${filled.join("")}$`, ignoreCase ? "is" : "s").test(value);
    },
  };
}

function variableValue(body: string): (context: RequestContext) => string | undefined {
  if (body === "*" || body === "?" || body === "$") return () => escaped(body);
  const [, key, otherwise] = variableBody.exec(body) ?? [];
  if (key === undefined) throw new Error(`"\${${body}}" is no policy variable`);
  const known = knownConditionKey(key);
  return (context) => {
    const value = contextValue(context, known) ?? otherwise;
    return value === undefined ? undefined : escaped(value);
  };
}

/**
 * The six parts of an ARN are compared one by one, so that no wildcard reaches over a colon of the first five
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html). `*` alone is everything.
 * @throws Error when the text is neither
 */
export function arnPattern(text: string): Pattern {
  if (text === "*") return { text, matches: () => true };
  const parts = arnParts(text, true);
  if (parts === undefined) throw new Error(`"${text}" is neither * nor an ARN of six parts`);
  if (!text.includes("${")) {
    const [last = "", ...others] = parts.toReversed();
    const within = others.toReversed().map((part) => wildcards(part, "[^:]"));
    const expression = new RegExp(`^${[...within, wildcards(last)].join(":")}$`, "s");
    return { text, matches: (value) => expression.test(value) };
  }
  const patterns = parts.map((part) => variablePattern(part, { wild: true }));
  return {
    text,
    matches(value, context) {
      const values = arnParts(value);
      if (values === undefined) return false;
      return patterns.every((pattern, index) => pattern.matches(values[index] ?? "", context));
    },
  };
}

/** @param isPattern a colon inside of a policy variable then separates nothing */
function arnParts(text: string, isPattern = false): string[] | undefined {
  const parts: string[] = [];
  let start = 0;
  let from = 0;
  while (parts.length < 5) {
    const colon = text.indexOf(":", from);
    if (colon === -1) return undefined;
    const opened = isPattern ? text.lastIndexOf("${", colon) : -1;
    const closed = opened < start ? -1 : text.indexOf("}", opened);
    from = Math.max(colon, closed) + 1;
    if (closed > colon) continue;
    parts.push(text.slice(start, colon));
    start = colon + 1;
  }
  parts.push(text.slice(start));
  return parts[0] === "arn" ? parts : undefined;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const wildcards = (text: string, one = "."): string =>
  escaped(text).replaceAll("\\*", `${one}*`).replaceAll("\\?", one);
