import { z } from "zod";
import type { Draft } from "../draft.ts";
import { type ResourceType, resourceType } from "../evaluate.ts";
import { tags } from "./syntax.ts";

/** In days: those that PutRetentionPolicy takes (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html). */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];

/** Log groups. */
export function logsResources(draft: Draft): Record<string, ResourceType> {
  return {
    aws_cloudwatch_log_group: resourceType({
      attributes: z.strictObject({
        name: z.string(),
        retention_in_days: z.literal(retentions),
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
