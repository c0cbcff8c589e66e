import type { Caller } from "../caller.ts";
import type { ConditionOperator, Policy, Statement } from "./policy.ts";

export interface AccessRequest {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  /** Condition keys by their full name, e.g. `aws:SourceArn`; names compare without case. */
  readonly context: Readonly<Record<string, string>>;
}

export type Decision = "allow" | "explicit-deny" | "implicit-deny";

/**
 * IAM's logic inside one account: an explicit deny wins, then an allow by the identity's or the resource's policy,
 * else denied (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 */
export function evaluate(
  request: AccessRequest,
  identityPolicies: readonly Policy[],
  resourcePolicy: Policy | undefined,
): Decision {
  const applying = [
    ...identityPolicies.flatMap((policy) => policy.Statement),
    ...(resourcePolicy?.Statement ?? []).filter((one) => matchesPrincipal(one, request.caller)),
  ].filter((one) => applies(one, request));
  if (applying.some((one) => one.Effect === "Deny")) return "explicit-deny";
  return applying.length > 0 ? "allow" : "implicit-deny";
}

function applies(statement: Statement, request: AccessRequest): boolean {
  return (
    statement.Action.some((pattern) => like(pattern.toLowerCase(), request.action.toLowerCase())) &&
    (statement.Resource ?? ["*"]).some((pattern) => like(pattern, request.resource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys ?? {}).every(([key, wanted]) =>
        holds(operator as ConditionOperator, wanted, conditionValue(request.context, key)),
      ),
    )
  );
}

function matchesPrincipal(statement: Statement, caller: Caller): boolean {
  const principal = statement.Principal;
  if (principal === undefined) return false;
  if (principal === "*") return true;
  if (caller.kind === "service") return principal.Service?.includes(caller.principal) ?? false;
  const names = [
    "*",
    caller.accountId,
    `arn:aws:iam::${caller.accountId}:root`,
    caller.kind === "role" ? caller.roleArn : caller.arn,
  ];
  return principal.AWS?.some((one) => names.includes(one)) ?? false;
}

function conditionValue(
  context: Readonly<Record<string, string>>,
  key: string,
): string | undefined {
  const wanted = key.toLowerCase();
  return Object.entries(context).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** A key that the request does not have makes a condition false, except for a negated operator. */
function holds(
  operator: ConditionOperator,
  wanted: readonly string[],
  value: string | undefined,
): boolean {
  switch (operator) {
    case "StringNotEquals":
      return value === undefined || !wanted.includes(value);
    case "StringEquals":
      return value !== undefined && wanted.includes(value);
    case "Bool":
      return value !== undefined && wanted.some((one) => one.toLowerCase() === value.toLowerCase());
    case "StringLike":
    case "ArnLike":
    case "ArnEquals":
      // ArnEquals and ArnLike are the same operator, as IAM documents.
      return value !== undefined && wanted.some((pattern) => like(pattern, value));
  }
}

const patterns = new Map<string, RegExp>();

/** `*` stands for any run of characters, `?` for one. */
function like(pattern: string, text: string): boolean {
  if (pattern === "*" || pattern === text) return true;
  let expression = patterns.get(pattern);
  if (expression === undefined) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", "[\\s\\S]*")
      .replaceAll("?", "[\\s\\S]");
    expression = new RegExp(`^${source}$`);
    if (patterns.size > 1000) patterns.clear();
    patterns.set(pattern, expression);
  }
  return expression.test(text);
}
