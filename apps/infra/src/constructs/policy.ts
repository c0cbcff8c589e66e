type ConditionOperator = "ArnEquals" | "Bool" | "StringEquals" | "StringLike";
type Condition = Partial<Record<ConditionOperator, Readonly<Record<string, string>>>>;

/** One statement of an IAM policy, as the JSON has it. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | { readonly Service: string };
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Condition?: Condition;
}

/**
 * What a role may do, or with `Principal` what a service may do to a resource. `"*"` as a resource
 * stands only where the action knows no narrower one; the reason stands beside it.
 */
export function allow(
  Sid: string,
  Action: readonly string[],
  Resource: readonly string[],
  rest: Pick<Statement, "Condition" | "Principal"> = {},
): Statement {
  return { Sid, Effect: "Allow", Action, Resource, ...rest };
}

/** For a resource's own policy: nobody gets anything over plain HTTP, whatever else allows it. */
export function denyPlainHttp(service: "s3" | "sqs", Resource: readonly string[]): Statement {
  return {
    Sid: "DenyPlainHttp",
    Effect: "Deny",
    Principal: "*",
    // Every action: in a Deny the wildcard is the narrow choice.
    Action: [`${service}:*`],
    Resource,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/** A role's trust policy: this service alone acts with it, where it says so for what is named alone. */
export function trust(service: string, Condition?: Condition): string {
  return policyDocument([
    {
      Sid: "Assume",
      Effect: "Allow",
      Principal: { Service: service },
      Action: ["sts:AssumeRole"],
      ...(Condition === undefined ? {} : { Condition }),
    },
  ]);
}

/** JSON text; references to resources stay `${…}` inside it. */
export function policyDocument(Statement: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}
