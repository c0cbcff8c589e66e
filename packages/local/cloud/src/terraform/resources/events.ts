import { z } from "zod";
import { type Draft, declared } from "../draft.ts";
import { type ResourceType, resourceType } from "../evaluate.ts";
import { block, jsonText, tags } from "./syntax.ts";

/** EventBridge rules on the default bus, by pattern or by schedule. The default retry policy is EventBridge's: 24 hours, 185 attempts. */
export function eventsResources(draft: Draft): Record<string, ResourceType> {
  return {
    aws_cloudwatch_event_rule: resourceType({
      attributes: z
        .strictObject({
          name: z.string(),
          description: z.string().optional(),
          event_pattern: jsonText.optional(),
          schedule_expression: z.string().optional(),
          state: z.literal("ENABLED").optional(),
          tags,
        })
        .refine((rule) => (rule.event_pattern ?? rule.schedule_expression) !== undefined, {
          error: "has neither event_pattern nor schedule_expression",
        }),
      evaluate({ name, event_pattern, schedule_expression }, { place }) {
        const arn = `arn:aws:events:${place.region}:${place.accountId}:rule/${name}`;
        draft.rules.set(name, {
          name,
          arn,
          ...(event_pattern === undefined ? {} : { eventPattern: event_pattern }),
          ...(schedule_expression === undefined ? {} : { scheduleExpression: schedule_expression }),
          targets: [],
        });
        return { id: name, name, arn };
      },
    }),

    aws_cloudwatch_event_target: resourceType({
      attributes: z.strictObject({
        rule: z.string(),
        arn: z.string(),
        target_id: z.string(),
        retry_policy: block(
          z.strictObject({
            maximum_event_age_in_seconds: z.int().default(86_400),
            maximum_retry_attempts: z.int().default(185),
          }),
        ).default({ maximum_event_age_in_seconds: 86_400, maximum_retry_attempts: 185 }),
        dead_letter_config: block(z.strictObject({ arn: z.string() })).optional(),
      }),
      evaluate(target, { address }) {
        declared(draft.rules, target.rule, address).targets.push({
          id: target.target_id,
          arn: target.arn,
          maximumEventAgeSeconds: target.retry_policy.maximum_event_age_in_seconds,
          maximumRetryAttempts: target.retry_policy.maximum_retry_attempts,
          ...(target.dead_letter_config === undefined
            ? {}
            : { deadLetterArn: target.dead_letter_config.arn }),
        });
        return { id: target.target_id };
      },
    }),
  };
}
