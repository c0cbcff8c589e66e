import type { CorsRule } from "./cors-rule.ts";

/** What a browser asks for, or asks whether it may. */
export interface CorsQuestion {
  readonly origin: string;
  readonly method: string;
  /** Names of headers that a page wants to send. */
  readonly headers: readonly string[];
}

/**
 * What an answer says to a page of another origin: the first rule that has all of it decides
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html).
 * @returns undefined when no rule does
 */
export function corsHeaders(
  rules: readonly CorsRule[],
  question: CorsQuestion,
): Record<string, string> | undefined {
  const { origin, method, headers } = question;
  for (const rule of rules) {
    const allowed = rule.origins.find((pattern) => fits(pattern, origin));
    if (allowed === undefined || !rule.methods.includes(method)) continue;
    if (!headers.every((name) => rule.headers.some((pattern) => fits(pattern, name)))) continue;
    return {
      "access-control-allow-origin": allowed === "*" ? "*" : origin,
      "access-control-allow-methods": rule.methods.join(", "),
      ...(headers.length === 0 ? {} : { "access-control-allow-headers": headers.join(", ") }),
      ...(rule.exposed.length === 0
        ? {}
        : { "access-control-expose-headers": rule.exposed.join(", ") }),
      ...(rule.maxAgeSeconds === undefined
        ? {}
        : { "access-control-max-age": String(rule.maxAgeSeconds) }),
      ...(allowed === "*" ? {} : { "access-control-allow-credentials": "true" }),
      vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    };
  }
  return undefined;
}

/** Patterns have one `*` at most; names of headers and hosts have no case. */
function fits(pattern: string, text: string): boolean {
  const [before = "", behind] = pattern.toLowerCase().split("*");
  const lower = text.toLowerCase();
  if (behind === undefined) return lower === before;
  return (
    lower.length >= before.length + behind.length &&
    lower.startsWith(before) &&
    lower.endsWith(behind)
  );
}
