import { channel } from "node:diagnostics_channel";
import { AwsError } from "../aws-error.ts";
import type { Caller, RoleSession } from "../caller.ts";
import type { Authorize } from "../service.ts";
import { accessDenied } from "./access-denied.ts";
import { type AccessRequest, type Decision, evaluate, type MatchedStatement } from "./evaluate.ts";
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
  /**
   * Lets a service act with a role.
   * @param sourceArn the function or machine that it acts for. Step Functions says it as `aws:SourceArn`, with
   *   `aws:SourceAccount` (https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html); Lambda
   *   documents neither for a role that it takes, so that a trust policy that asks for them trusts it not.
   * @throws AwsError in that service's words unless the role exists and lets the service, e.g. `lambda.amazonaws.com`, take it
   */
  requireTrust(roleArn: string, servicePrincipal: string, sourceArn?: string): void;
  /**
   * Lets a role take another one, as sts:AssumeRole: the other must trust it by name, or trust its account and the role's
   * own policies allow it.
   * @throws AwsError AccessDenied
   */
  requireAssumable(roleArn: string, by: RoleSession): void;
  authorizeAs(caller: Caller): Authorize;
}

/** What has been decided of one call, and by which statements. */
export interface DecidedCall extends AccessRequest {
  readonly decision: Decision;
  readonly matched: readonly MatchedStatement[];
}

/** Node's diagnostics channel on which every decision of this process is told (a `DecidedCall`) while somebody listens. */
export const decisionsChannel = "darkroom:access";

/** The services that say for what they take a role. */
const saysSource: ReadonlySet<string> = new Set(["states.amazonaws.com"]);

/** Resource policies come with each call as text: so many are kept as they were read. */
const maximumParsed = 1000;

/** Every call to the local cloud is decided here, by the policies of the deployed definition. */
export function createAccess(): Access {
  const roles = new Map<string, { trust: Policy; policies: Policy[] }>();
  const resourcePolicies = new Map<string, Policy>();
  const decisions = channel(decisionsChannel);

  function parsed(json: string | undefined, where: string): Policy | undefined {
    if (json === undefined) return undefined;
    let policy = resourcePolicies.get(json);
    if (policy === undefined) {
      policy = parsePolicy(json, where, "resource");
      if (resourcePolicies.size >= maximumParsed) resourcePolicies.clear();
      resourcePolicies.set(json, policy);
    }
    return policy;
  }

  function decide(
    request: AccessRequest,
    identity: readonly Policy[],
    resource: Policy | undefined,
  ): { decision: Decision; matched: () => readonly MatchedStatement[] } {
    const evaluated = evaluate(request, { identity, resource });
    // The operator's key has no policies: it may do all that no resource forbids.
    const decision =
      request.caller.kind === "operator" && evaluated.decision === "implicit-deny"
        ? "allow"
        : evaluated.decision;
    if (decisions.hasSubscribers) {
      const decided: DecidedCall = { ...request, decision, matched: evaluated.matched() };
      decisions.publish(decided);
    }
    return { decision, matched: evaluated.matched };
  }

  return {
    putRole(role) {
      roles.set(role.arn, {
        trust: parsePolicy(role.trustPolicy, `assume role policy of ${role.name}`, "trust"),
        policies: [...role.policies].map(([name, json]) =>
          parsePolicy(json, `policy ${name} of role ${role.name}`, "identity"),
        ),
      });
    },

    requireTrust(roleArn, servicePrincipal, sourceArn) {
      const trust = roles.get(roleArn)?.trust;
      const accountId = roleArn.split(":")[4] ?? "";
      const trusted = (principal: string): boolean => {
        const source = saysSource.has(servicePrincipal) ? (sourceArn ?? "") : "";
        const caller: Caller = { kind: "service", accountId, principal, sourceArn: source };
        const context = source === "" ? { "aws:SecureTransport": "true" } : globalContext(caller);
        const request = { caller, action: "sts:AssumeRole", resource: roleArn, context };
        return decide(request, [], trust).decision === "allow";
      };
      const region = sourceArn?.split(":")[3];
      if (trusted(servicePrincipal)) return;
      // Step Functions also goes by its name in the region.
      if (servicePrincipal === "states.amazonaws.com" && region !== undefined) {
        if (trusted(`states.${region}.amazonaws.com`)) return;
      }
      throw notTrusted(servicePrincipal, roleArn);
    },

    requireAssumable(roleArn, by) {
      const trust = roles.get(roleArn)?.trust;
      const own = roles.get(by.roleArn)?.policies ?? [];
      const request = {
        caller: by,
        action: "sts:AssumeRole",
        resource: roleArn,
        context: globalContext(by),
      };
      // With an account the trust policy leaves it to the account whom it lets.
      const root = { ...by, roleArn: `arn:aws:iam::${by.accountId}:root` };
      const trusted = decide(request, [], trust).decision === "allow";
      const delegated = decide({ ...request, caller: root }, [], trust).decision === "allow";
      const { decision, matched } = decide(request, own, trusted ? trust : undefined);
      if (decision === "allow" && (trusted || delegated)) return;
      throw accessDenied(request, decision === "allow" ? "implicit-deny" : decision, matched());
    },

    authorizeAs(caller) {
      const global = globalContext(caller);
      return (action, resource, options = {}) => {
        const resourcePolicy = parsed(options.resourcePolicy, `resource policy of ${resource}`);
        const identity = caller.kind === "role" ? (roles.get(caller.roleArn)?.policies ?? []) : [];
        const context = options.context === undefined ? global : { ...global, ...options.context };
        const call = { caller, action, resource, context };
        const { decision, matched } = decide(call, identity, resourcePolicy);
        if (decision !== "allow") throw accessDenied(call, decision, matched());
      };
    },
  };
}

/**
 * The connection never leaves this machine, so it counts as secure transport:
 * else a policy that refuses plain HTTP on AWS would refuse everything here.
 */
function globalContext(caller: Caller): Record<string, string> {
  const context: Record<string, string> = { "aws:SecureTransport": "true" };
  if (caller.kind === "service") {
    context["aws:SourceAccount"] = caller.accountId;
    if (caller.sourceArn !== "") context["aws:SourceArn"] = caller.sourceArn;
  } else {
    context["aws:PrincipalAccount"] = caller.accountId;
    context["aws:PrincipalArn"] = caller.kind === "role" ? caller.roleArn : caller.arn;
  }
  return context;
}

function notTrusted(servicePrincipal: string, roleArn: string): AwsError {
  switch (servicePrincipal) {
    case "lambda.amazonaws.com":
      return new AwsError(
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
      );
    case "states.amazonaws.com":
      return new AwsError(
        "AccessDeniedException",
        "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.",
      );
    default:
      return accessDenied(
        {
          caller: { kind: "service", accountId: "", principal: servicePrincipal, sourceArn: "" },
          action: "sts:AssumeRole",
          resource: roleArn,
        },
        "implicit-deny",
        [],
      );
  }
}
