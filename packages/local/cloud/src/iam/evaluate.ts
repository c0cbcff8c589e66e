import type { Caller } from "../caller.ts";
import type { RequestContext } from "./pattern.ts";
import type { Element, Policy, Statement } from "./policy.ts";

export interface AccessRequest {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  /** Condition keys by their full name, e.g. `aws:SourceArn`; names compare without case. */
  readonly context: RequestContext;
}

interface Policies {
  /** Of the role that calls. */
  readonly identity: readonly Policy[];
  /** Of what is called. */
  readonly resource?: Policy | undefined;
}

export type Decision = "allow" | "explicit-deny" | "implicit-deny";

/** A statement that applies to a request, as IAM's SimulatePrincipalPolicy tells it. */
export interface MatchedStatement {
  readonly policy: string;
  readonly statement: string;
  readonly effect: "Allow" | "Deny";
  readonly policyType: "identity-based" | "resource-based";
  /** The patterns of Action and Resource that match; none of NotAction and NotResource. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/**
 * IAM's logic inside one account: an explicit deny wins, then an allow by the identity's or the resource's policy,
 * else denied (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 * Permissions boundaries, session policies and those of organizations don't exist here: a stack that has them doesn't load.
 */
export function evaluate(
  request: AccessRequest,
  policies: Policies,
): { readonly decision: Decision; readonly matched: () => readonly MatchedStatement[] } {
  const applying: Applying[] = [];
  for (const policy of policies.identity) {
    for (const statement of policy.statements) {
      if (applies(statement, request)) {
        applying.push({ policy, statement, policyType: "identity-based" });
      }
    }
  }
  for (const statement of policies.resource?.statements ?? []) {
    if (concerns(statement, request.caller) && applies(statement, request)) {
      const policy = policies.resource as Policy;
      applying.push({ policy, statement, policyType: "resource-based" });
    }
  }
  return {
    decision: applying.some(({ statement }) => statement.effect === "Deny")
      ? "explicit-deny"
      : applying.length > 0
        ? "allow"
        : "implicit-deny",
    matched: () => applying.map((one) => describe(one, request)),
  };
}

interface Applying {
  readonly policy: Policy;
  readonly statement: Statement;
  readonly policyType: MatchedStatement["policyType"];
}

function describe(
  { policy, statement, policyType }: Applying,
  request: AccessRequest,
): MatchedStatement {
  const { id, effect, actions, resources } = statement;
  return {
    policy: policy.where,
    statement: id,
    effect,
    policyType,
    actions: matching(actions, request.action, request),
    resources: matching(resources, request.resource, request),
  };
}

function concerns({ principals, effect }: Statement, caller: Caller): boolean {
  return principals?.(caller, effect) ?? false;
}

function applies(statement: Statement, request: AccessRequest): boolean {
  return (
    covers(statement.actions, request.action, request) &&
    covers(statement.resources, request.resource, request) &&
    statement.conditions.every((holds) => holds(request.context))
  );
}

function covers({ patterns, negated }: Element, value: string, { context }: AccessRequest) {
  return patterns.some((pattern) => pattern.matches(value, context)) !== negated;
}

function matching({ patterns }: Element, value: string, { context }: AccessRequest): string[] {
  return patterns.filter((pattern) => pattern.matches(value, context)).map(({ text }) => text);
}
