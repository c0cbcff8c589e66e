import type { PermissionDraft } from "../terraform/draft.ts";

/** A function's policy, as AddPermission makes it of its statements; JSON text. */
export function resourcePolicy(
  functionArn: string,
  permissions: readonly PermissionDraft[],
): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Id: "default",
    Statement: permissions.map((permission) => ({
      Sid: permission.statementId,
      Effect: "Allow",
      Principal: principalOf(permission.principal),
      Action: permission.action,
      Resource: functionArn,
      ...conditionOf(permission),
    })),
  });
}

function principalOf(principal: string): unknown {
  if (principal === "*") return "*";
  if (principal.endsWith(".amazonaws.com")) return { Service: principal };
  return { AWS: /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal };
}

function conditionOf({ sourceArn, sourceAccount }: PermissionDraft): { Condition?: unknown } {
  if (sourceArn === undefined && sourceAccount === undefined) return {};
  return {
    Condition: {
      ...(sourceAccount === undefined
        ? {}
        : { StringEquals: { "AWS:SourceAccount": sourceAccount } }),
      ...(sourceArn === undefined ? {} : { ArnLike: { "AWS:SourceArn": sourceArn } }),
    },
  };
}
