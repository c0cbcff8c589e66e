import { z } from "zod";
import { type Condition, readCondition } from "./conditions.ts";
import { arnPattern, type Pattern, wildcardPattern } from "./pattern.ts";
import { type Principals, readNotPrincipal, readPrincipal } from "./principals.ts";

/** A role's own policy, a resource's policy, or the one that says who may take a role. */
export type PolicyKind = "identity" | "resource" | "trust";

/** One statement, ready to be asked. */
export interface Statement {
  /** The Sid, or its place in the policy, from 1. */
  readonly id: string;
  readonly effect: "Allow" | "Deny";
  /** Always there in a resource's or trust policy, never in an identity's. */
  readonly principals: Principals | undefined;
  readonly actions: Element;
  /** Of a trust policy: everything, since it stands at its role. */
  readonly resources: Element;
  readonly conditions: readonly Condition[];
}

/** Action or NotAction, Resource or NotResource. */
export interface Element {
  readonly negated: boolean;
  readonly patterns: readonly Pattern[];
}

export interface Policy {
  /** Where it stands, e.g. `policy receive of role x`. */
  readonly where: string;
  readonly statements: readonly Statement[];
}

const oneOrMany = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((value) => (typeof value === "string" ? [value] : value));

/** `"*"` is short for everyone of AWS, its services included. */
const principal = z.preprocess(
  (value) => (value === "*" ? { AWS: "*" } : value),
  z
    .strictObject({ Service: oneOrMany.optional(), AWS: oneOrMany.optional() })
    .refine((one) => Object.keys(one).length > 0, { error: "names nobody" }),
);

/** IAM takes JSON's booleans and numbers in conditions for their text. */
const conditionValues = z
  .union([
    z.union([z.string(), z.boolean(), z.number()]),
    z.array(z.union([z.string(), z.boolean(), z.number()])).min(1),
  ])
  .transform((value) => (Array.isArray(value) ? value : [value]).map(String));

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: principal.optional(),
  NotPrincipal: principal.optional(),
  Action: oneOrMany.optional(),
  NotAction: oneOrMany.optional(),
  Resource: oneOrMany.optional(),
  NotResource: oneOrMany.optional(),
  Condition: z.record(z.string(), z.record(z.string(), conditionValues)).optional(),
});
type StatementJson = z.infer<typeof statement>;

const document = z.strictObject({
  Version: z.literal("2012-10-17"),
  Id: z.string().optional(),
  Statement: z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(statement)),
});

/**
 * Reads a policy document. An element, operator, key or variable that the evaluation does not know is an error here, and so
 * is what AWS refuses, so that nothing of a policy can ever count as an allow by not being understood.
 * @throws Error that names the policy and what is wrong
 */
export function parsePolicy(json: string, where: string, kind: PolicyKind = "resource"): Policy {
  const refuse = (why: string): Error =>
    new Error(`${where}: the local cloud can't evaluate this policy: ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new Error(`${where}: the policy is not JSON`, { cause });
  }
  // The one name that schemas drop silently: a condition under it would be lost.
  if (json.includes('"__proto__"')) throw refuse('"__proto__" is no element');
  const result = document.safeParse(value);
  if (!result.success) throw refuse(z.prettifyError(result.error).replaceAll("\n", " "));
  return {
    where,
    statements: result.data.Statement.map((one, index) => {
      const id = one.Sid ?? String(index + 1);
      try {
        return readStatement(one, id, kind);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw refuse(`statement ${id}: ${why}`);
      }
    }),
  };
}

function readStatement(json: StatementJson, id: string, kind: PolicyKind): Statement {
  checkElements(json, kind);
  const anything = { negated: false, patterns: [arnPattern("*")] };
  return {
    id,
    effect: json.Effect,
    principals: principalsOf(json),
    actions: element(json.Action, json.NotAction, actionPattern),
    resources: kind === "trust" ? anything : element(json.Resource, json.NotResource, arnPattern),
    conditions: Object.entries(json.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, wanted]) => readCondition(operator, key, wanted)),
    ),
  };
}

function principalsOf({ Principal, NotPrincipal }: StatementJson): Principals | undefined {
  if (Principal !== undefined) return readPrincipal(Principal);
  if (NotPrincipal !== undefined) return readNotPrincipal(NotPrincipal);
  return undefined;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
function checkElements(json: StatementJson, kind: PolicyKind): void {
  const names = (...wanted: (keyof StatementJson)[]) =>
    wanted.filter((name) => json[name] !== undefined);
  const exactlyOne = (one: keyof StatementJson, other: keyof StatementJson): void => {
    if (names(one, other).length !== 1) throw new Error(`it needs either ${one} or ${other}`);
  };
  const none = (...unwanted: (keyof StatementJson)[]): void => {
    const [found] = names(...unwanted);
    if (found !== undefined) throw new Error(`${kind} policies have no ${found}`);
  };
  exactlyOne("Action", "NotAction");
  if (kind === "identity") none("Principal", "NotPrincipal");
  else exactlyOne("Principal", "NotPrincipal");
  if (kind === "trust") none("Resource", "NotResource");
  else exactlyOne("Resource", "NotResource");
  if (json.NotPrincipal !== undefined && json.Effect === "Allow") {
    throw new Error("NotPrincipal with Allow would allow the whole world, and is not supported");
  }
}

function element(
  wanted: readonly string[] | undefined,
  unwanted: readonly string[] | undefined,
  read: (text: string) => Pattern,
): Element {
  return { negated: wanted === undefined, patterns: (wanted ?? unwanted ?? []).map(read) };
}

/** `*`, or a service and a name that may hold wildcards; without case. */
function actionPattern(text: string): Pattern {
  if (text !== "*" && !/^[a-z0-9-]+:[A-Za-z0-9*?]+$/.test(text)) {
    throw new Error(`"${text}" is neither * nor <service>:<action>`);
  }
  return wildcardPattern(text, { ignoreCase: true });
}
