import { z } from "zod";
import { type Draft, declared } from "../draft.ts";
import { type ResourceType, resourceType } from "../evaluate.ts";
import { block, blocks, jsonText, tags } from "./syntax.ts";

const bucketName = z.string();

/** The local S3 has no access lists and nothing is public: these settings hold by themselves, and must ask for that. */
const privateOnly = z.literal(true);

/** S3's resource types: the bucket, and the settings that Terraform keeps in resources of their own. */
export function s3Resources(draft: Draft): Record<string, ResourceType> {
  return {
    aws_s3_bucket: resourceType({
      attributes: z.strictObject({
        bucket: bucketName,
        force_destroy: z.boolean().optional(),
        tags,
      }),
      evaluate({ bucket }, { place }) {
        draft.buckets.set(bucket, { name: bucket, versioning: false, notifications: [] });
        return {
          id: bucket,
          bucket,
          arn: `arn:aws:s3:::${bucket}`,
          bucket_regional_domain_name: `${bucket}.s3.${place.region}.amazonaws.com`,
        };
      },
    }),

    aws_s3_bucket_versioning: resourceType({
      attributes: z.strictObject({
        bucket: bucketName,
        versioning_configuration: block(z.strictObject({ status: z.enum(["Enabled"]) })),
      }),
      evaluate({ bucket }, { address }) {
        declared(draft.buckets, bucket, address).versioning = true;
        return { id: bucket };
      },
    }),

    aws_s3_bucket_policy: resourceType({
      attributes: z.strictObject({ bucket: bucketName, policy: jsonText }),
      evaluate({ bucket, policy }, { address }) {
        declared(draft.buckets, bucket, address).policy = policy;
        return { id: bucket };
      },
    }),

    aws_s3_bucket_notification: resourceType({
      attributes: z.strictObject({
        bucket: bucketName,
        queue: blocks(
          z.strictObject({
            id: z.string().optional(),
            queue_arn: z.string(),
            events: z.array(z.string()).min(1),
            filter_prefix: z.string().optional(),
            filter_suffix: z.string().optional(),
          }),
        ),
      }),
      evaluate({ bucket, queue }, { address }) {
        const { notifications } = declared(draft.buckets, bucket, address);
        for (const [index, one] of queue.entries()) {
          notifications.push({
            id: one.id ?? `${address}-${index}`,
            targetArn: one.queue_arn,
            events: one.events,
            ...(one.filter_prefix === undefined ? {} : { prefix: one.filter_prefix }),
            ...(one.filter_suffix === undefined ? {} : { suffix: one.filter_suffix }),
          });
        }
        return { id: bucket };
      },
    }),

    aws_s3_bucket_public_access_block: resourceType({
      attributes: z.strictObject({
        bucket: bucketName,
        block_public_acls: privateOnly,
        block_public_policy: privateOnly,
        ignore_public_acls: privateOnly,
        restrict_public_buckets: privateOnly,
      }),
      evaluate: ({ bucket }) => ({ id: bucket }),
    }),

    aws_s3_bucket_ownership_controls: resourceType({
      attributes: z.strictObject({
        bucket: bucketName,
        rule: block(z.strictObject({ object_ownership: z.literal("BucketOwnerEnforced") })),
      }),
      evaluate: ({ bucket }) => ({ id: bucket }),
    }),
  };
}
