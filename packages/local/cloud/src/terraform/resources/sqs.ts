import { z } from "zod";
import { type Draft, declared } from "../draft.ts";
import { type ResourceType, resourceType } from "../evaluate.ts";
import { jsonText, tags } from "./syntax.ts";

const redrivePolicy = z.strictObject({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce.number().int().min(1),
});

/**
 * Terraform's AWS provider sets this where a stack says nothing, although SQS itself has had 1 MiB for its default since
 * August 2025: what is deployed counts.
 */
const defaultMaximumMessageSize = 262_144;

/** Queues; the other defaults are SQS's too (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html). */
export function sqsResources(draft: Draft): Record<string, ResourceType> {
  return {
    aws_sqs_queue: resourceType({
      attributes: z.strictObject({
        name: z.string(),
        visibility_timeout_seconds: z.int().default(30),
        message_retention_seconds: z.int().default(345_600),
        receive_wait_time_seconds: z.int().default(0),
        delay_seconds: z.int().default(0),
        max_message_size: z.int().min(1024).max(1_048_576).default(defaultMaximumMessageSize),
        sqs_managed_sse_enabled: z.boolean().default(true),
        redrive_policy: jsonText.optional(),
        redrive_allow_policy: jsonText.optional(),
        policy: jsonText.optional(),
        tags,
      }),
      evaluate(queue, { place }) {
        draft.queues.set(queue.name, {
          name: queue.name,
          visibilityTimeoutSeconds: queue.visibility_timeout_seconds,
          messageRetentionSeconds: queue.message_retention_seconds,
          receiveWaitTimeSeconds: queue.receive_wait_time_seconds,
          delaySeconds: queue.delay_seconds,
          maxMessageSize: queue.max_message_size,
          sseEnabled: queue.sqs_managed_sse_enabled,
          ...(queue.policy === undefined ? {} : { policy: queue.policy }),
          ...(queue.redrive_policy === undefined
            ? {}
            : { redrive: redrivePolicy.parse(JSON.parse(queue.redrive_policy)) }),
          ...(queue.redrive_allow_policy === undefined
            ? {}
            : { redriveAllowPolicy: queue.redrive_allow_policy }),
        });
        return {
          // The queue's URL is the endpoint's; what the stack refers to by `id` or `url` is its name here.
          id: queue.name,
          url: queue.name,
          name: queue.name,
          arn: `arn:aws:sqs:${place.region}:${place.accountId}:${queue.name}`,
        };
      },
    }),

    aws_sqs_queue_policy: resourceType({
      attributes: z.strictObject({ queue_url: z.string(), policy: jsonText }),
      evaluate({ queue_url, policy }, { address }) {
        declared(draft.queues, queue_url, address).policy = policy;
        return { id: queue_url };
      },
    }),

    aws_sqs_queue_redrive_allow_policy: resourceType({
      attributes: z.strictObject({ queue_url: z.string(), redrive_allow_policy: jsonText }),
      evaluate({ queue_url, redrive_allow_policy }, { address }) {
        declared(draft.queues, queue_url, address).redriveAllowPolicy = redrive_allow_policy;
        return { id: queue_url };
      },
    }),

    aws_sqs_queue_redrive_policy: resourceType({
      attributes: z.strictObject({ queue_url: z.string(), redrive_policy: jsonText }),
      evaluate({ queue_url, redrive_policy }, { address }) {
        declared(draft.queues, queue_url, address).redrive = redrivePolicy.parse(
          JSON.parse(redrive_policy),
        );
        return { id: queue_url };
      },
    }),
  };
}
