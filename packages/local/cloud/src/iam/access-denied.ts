import { AwsError } from "../aws-error.ts";
import type { Caller } from "../caller.ts";
import type { Decision, MatchedStatement } from "./evaluate.ts";

/**
 * Who may not do what to which resource, and which kind of policy says so
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
 */
export function accessDenied(
  call: { readonly caller: Caller; readonly action: string; readonly resource: string },
  decision: Exclude<Decision, "allow">,
  matched: readonly MatchedStatement[],
): AwsError {
  const { caller, action, resource } = call;
  const who = caller.kind === "service" ? caller.principal : caller.arn;
  const isS3 = action.startsWith("s3:");
  return new AwsError(
    isS3 ? "AccessDenied" : "AccessDeniedException",
    `User: ${who} is not authorized to perform: ${action} on resource: ${isS3 ? `"${resource}"` : resource} ${reason(call, decision, matched)}`,
    { status: isS3 ? 403 : 400 },
  );
}

/** Where both kinds deny, AWS names one of them. */
function reason(
  { caller, action }: { readonly caller: Caller; readonly action: string },
  decision: Exclude<Decision, "allow">,
  matched: readonly MatchedStatement[],
): string {
  if (decision === "explicit-deny") {
    const type = matched.find(({ effect }) => effect === "Deny")?.policyType;
    return type === "resource-based"
      ? "with an explicit deny in a resource-based policy"
      : "with an explicit deny in an identity-based policy";
  }
  const missing = caller.kind === "service" ? "resource-based" : "identity-based";
  return `because no ${missing} policy allows the ${action} action`;
}
