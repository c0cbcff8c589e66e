import { z } from "zod";
import { type Draft, declared } from "../draft.ts";
import { type ResourceType, resourceType } from "../evaluate.ts";
import { jsonText, tags } from "./syntax.ts";

/** Roles and their inline policies. */
export function iamResources(draft: Draft): Record<string, ResourceType> {
  return {
    aws_iam_role: resourceType({
      attributes: z.strictObject({
        name: z.string().max(64),
        description: z.string().optional(),
        assume_role_policy: jsonText,
        tags,
      }),
      evaluate({ name, assume_role_policy }, { place }) {
        const arn = `arn:aws:iam::${place.accountId}:role/${name}`;
        draft.roles.set(name, { name, arn, trustPolicy: assume_role_policy, policies: new Map() });
        return { id: name, name, arn };
      },
    }),

    aws_iam_role_policy: resourceType({
      attributes: z.strictObject({ name: z.string(), role: z.string(), policy: jsonText }),
      evaluate({ name, role, policy }, { address }) {
        declared(draft.roles, role, address).policies.set(name, policy);
        return { id: `${role}:${name}`, name };
      },
    }),
  };
}
