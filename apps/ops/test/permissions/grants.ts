import { loadStack } from "@darkroom/cloud";
import { z } from "zod";

/** One Allow statement of the deployed definition, its references resolved. */
export interface Grant {
  /** Whose role or which resource's policy it is, without the deployment's prefix, e.g. `StartExecution`. */
  readonly holder: string;
  readonly kind: "role" | "queue" | "function";
  /** The policy as decisions name it. */
  readonly policy: string;
  readonly statement: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principal: unknown;
  readonly condition: unknown;
  /** Takes it out of the Terraform JSON. */
  remove(stack: Stack): void;
}

type Attributes = Record<string, unknown>;

/** The Terraform JSON as far as it is changed here. */
export interface Stack {
  readonly resource: Record<string, Record<string, Attributes>>;
}

const accountId = "000000000000";

const many = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]));
const document = z.object({
  Version: z.string(),
  Statement: z.array(
    z.looseObject({
      Sid: z.string(),
      Effect: z.enum(["Allow", "Deny"]),
      Principal: z.unknown().optional(),
      Action: many,
      // A trust policy stands at its role.
      Resource: many.default(["*"]),
      Condition: z.unknown().optional(),
    }),
  ),
});
type Document = z.infer<typeof document>;

/** All that anybody is allowed. @param prefix what the deployment's names start with */
export function grantsOf(stack: Stack, prefix: string): Grant[] {
  const { draft, place } = loadStack(JSON.stringify(stack), accountId);
  const text = (value: unknown): string => z.string().parse(value);
  const named = (type: string, reference: unknown, attribute: string): string => {
    const [, name = ""] = /^\$\{\w+\.(\w+)\.\w+\}$/.exec(text(reference)) ?? [];
    return text(stack.resource[type]?.[name]?.[attribute]);
  };
  const short = (name: string): string => name.slice(prefix.length);
  const grants: Grant[] = [];

  function add(
    type: string,
    address: string,
    attribute: string,
    resolved: string,
    about: Pick<Grant, "holder" | "kind" | "policy">,
  ): void {
    for (const one of document.parse(JSON.parse(resolved)).Statement) {
      if (one.Effect !== "Allow") continue;
      grants.push({
        ...about,
        statement: one.Sid,
        actions: one.Action,
        resources: one.Resource,
        principal: one.Principal,
        condition: one.Condition,
        remove: (from) => removeStatement(from, type, address, attribute, one.Sid),
      });
    }
  }

  for (const [address, { name }] of entries(stack, "aws_iam_role")) {
    const roleName = text(name);
    add(
      "aws_iam_role",
      address,
      "assume_role_policy",
      draft.roles.get(roleName)?.trustPolicy ?? "",
      {
        holder: short(roleName),
        kind: "role",
        policy: `assume role policy of ${roleName}`,
      },
    );
  }
  for (const [address, { name, role }] of entries(stack, "aws_iam_role_policy")) {
    const roleName = named("aws_iam_role", role, "name");
    const resolved = draft.roles.get(roleName)?.policies.get(text(name)) ?? "";
    const policy = `policy ${name} of role ${roleName}`;
    add("aws_iam_role_policy", address, "policy", resolved, {
      holder: short(roleName),
      kind: "role",
      policy,
    });
  }
  for (const [address, { queue_url }] of entries(stack, "aws_sqs_queue_policy")) {
    const queue = named("aws_sqs_queue", queue_url, "name");
    const resolved = draft.queues.get(queue)?.policy ?? "";
    const policy = `resource policy of arn:aws:sqs:${place.region}:${accountId}:${queue}`;
    add("aws_sqs_queue_policy", address, "policy", resolved, {
      holder: short(queue),
      kind: "queue",
      policy,
    });
  }
  for (const [address, permission] of entries(stack, "aws_lambda_permission")) {
    const name = named("aws_lambda_function", permission.function_name, "function_name");
    const arn = `arn:aws:lambda:${place.region}:${accountId}:function:${name}`;
    const draftOf = draft.permissions.find(
      ({ statementId }) => statementId === permission.statement_id,
    );
    grants.push({
      holder: short(name),
      kind: "function",
      policy: `resource policy of ${arn}`,
      statement: text(permission.statement_id),
      actions: [text(permission.action)],
      resources: [arn],
      principal: { Service: permission.principal },
      condition: { ArnLike: { "aws:SourceArn": draftOf?.sourceArn } },
      remove: (from) => delete from.resource.aws_lambda_permission?.[address],
    });
  }
  return grants;
}

function entries(stack: Stack, type: string): [string, Attributes][] {
  return Object.entries(stack.resource[type] ?? {});
}

function removeStatement(
  stack: Stack,
  type: string,
  address: string,
  attribute: string,
  sid: string,
): void {
  const attributes = stack.resource[type]?.[address];
  if (attributes === undefined) throw new Error(`There is no ${type}.${address}.`);
  const policy: Document = document.parse(JSON.parse(String(attributes[attribute])));
  const Statement = policy.Statement.filter((one) => one.Sid !== sid);
  attributes[attribute] = JSON.stringify({ ...policy, Statement });
}
