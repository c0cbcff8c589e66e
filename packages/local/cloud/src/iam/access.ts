import { AwsError } from "../aws-error.ts";
import type { Caller } from "../caller.ts";
import type { Authorize } from "../service.ts";
import { type Decision, evaluate } from "./evaluate.ts";
import { type Policy, parsePolicy } from "./policy.ts";

export interface Role {
  readonly arn: string;
  readonly name: string;
  /** Who may take the role, as JSON text. */
  readonly trustPolicy: string;
  /** Policy documents by name, as JSON text. */
  readonly policies: ReadonlyMap<string, string>;
}

export interface Access {
  /** Adds or replaces a role. @throws Error when one of its policies can't be evaluated. */
  putRole(role: Role): void;
  /** @throws Error unless the role exists and lets that service, e.g. `lambda.amazonaws.com`, act with it. */
  requireTrust(roleArn: string, servicePrincipal: string): void;
  authorizeAs(caller: Caller): Authorize;
}

/** Every call to the local cloud is decided here, by the policies of the deployed definition. */
export function createAccess(): Access {
  const roles = new Map<string, { trust: Policy; policies: Policy[] }>();
  const resourcePolicies = new Map<string, Policy>();

  function parsed(json: string | undefined, where: string): Policy | undefined {
    if (json === undefined) return undefined;
    let policy = resourcePolicies.get(json);
    if (policy === undefined) {
      policy = parsePolicy(json, where);
      resourcePolicies.set(json, policy);
    }
    return policy;
  }

  return {
    putRole(role) {
      roles.set(role.arn, {
        trust: parsePolicy(role.trustPolicy, `assume role policy of ${role.name}`),
        policies: [...role.policies].map(([name, json]) =>
          parsePolicy(json, `policy ${name} of role ${role.name}`),
        ),
      });
    },

    requireTrust(roleArn, servicePrincipal) {
      const accountId = roleArn.split(":")[4] ?? "";
      const trust = roles.get(roleArn)?.trust;
      const caller: Caller = {
        kind: "service",
        accountId,
        principal: servicePrincipal,
        sourceArn: "",
      };
      const request = { caller, action: "sts:AssumeRole", resource: roleArn, context: {} };
      if (trust === undefined || evaluate(request, [], trust) !== "allow") {
        throw new Error(
          `The role ${roleArn} does not exist or does not let ${servicePrincipal} assume it.`,
        );
      }
    },

    authorizeAs(caller) {
      return (action, resource, options = {}) => {
        const resourcePolicy = parsed(options.resourcePolicy, `resource policy of ${resource}`);
        const identity = caller.kind === "role" ? (roles.get(caller.roleArn)?.policies ?? []) : [];
        const request = {
          caller,
          action,
          resource,
          context: { ...globalContext(caller), ...options.context },
        };
        const decision = evaluate(request, identity, resourcePolicy);
        if (decision === "allow") return;
        if (caller.kind === "operator" && decision === "implicit-deny") return;
        throw denied(caller, action, resource, decision);
      };
    },
  };
}

/**
 * The connection never leaves this machine, so it counts as secure transport:
 * else a policy that refuses plain HTTP on AWS would refuse everything here.
 */
function globalContext(caller: Caller): Record<string, string> {
  return {
    "aws:SecureTransport": "true",
    "aws:PrincipalAccount": caller.accountId,
    ...(caller.kind === "service"
      ? { "aws:SourceArn": caller.sourceArn, "aws:SourceAccount": caller.accountId }
      : { "aws:PrincipalArn": caller.kind === "role" ? caller.roleArn : caller.arn }),
  };
}

function denied(caller: Caller, action: string, resource: string, decision: Decision): AwsError {
  const who = caller.kind === "service" ? caller.principal : caller.arn;
  const why =
    decision === "explicit-deny"
      ? "with an explicit deny in a policy"
      : caller.kind === "service"
        ? `because no resource-based policy allows the ${action} action`
        : `because no identity-based policy allows the ${action} action`;
  const isS3 = action.startsWith("s3:");
  return new AwsError(
    isS3 ? "AccessDenied" : "AccessDeniedException",
    `User: ${who} is not authorized to perform: ${action} on resource: ${isS3 ? `"${resource}"` : resource} ${why}`,
    { status: isS3 ? 403 : 400 },
  );
}
