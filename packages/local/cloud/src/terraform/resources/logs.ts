import { z } from "zod";
import type { Draft } from "../draft.ts";
import { type ResourceType, resourceType } from "../evaluate.ts";
import { tags } from "./syntax.ts";

/** Log groups. */
export function logsResources(draft: Draft): Record<string, ResourceType> {
  return {
    aws_cloudwatch_log_group: resourceType({
      attributes: z.strictObject({
        name: z.string(),
        retention_in_days: z.int().positive(),
        tags,
      }),
      evaluate({ name, retention_in_days }, { place }) {
        draft.logGroups.set(name, { name, retentionDays: retention_in_days });
        return {
          id: name,
          name,
          arn: `arn:aws:logs:${place.region}:${place.accountId}:log-group:${name}`,
        };
      },
    }),
  };
}
