import { z } from "zod";
import type { Draft, KeyDraft } from "../draft.ts";
import { type ResourceType, resourceType } from "../evaluate.ts";
import { block, blocks, tags } from "./syntax.ts";

/** Tables with their indexes. Encryption and point-in-time recovery are AWS's to keep: the data folder is the user's own. */
export function dynamodbResources(draft: Draft): Record<string, ResourceType> {
  return {
    aws_dynamodb_table: resourceType({
      attributes: z.strictObject({
        name: z.string(),
        billing_mode: z.literal("PAY_PER_REQUEST"),
        hash_key: z.string(),
        range_key: z.string().optional(),
        attribute: blocks(z.strictObject({ name: z.string(), type: z.enum(["S", "N", "B"]) })),
        global_secondary_index: blocks(
          z.strictObject({
            name: z.string(),
            hash_key: z.string(),
            range_key: z.string().optional(),
            projection_type: z.enum(["ALL", "KEYS_ONLY"]),
          }),
        ).default([]),
        point_in_time_recovery: block(z.strictObject({ enabled: z.boolean() })).optional(),
        server_side_encryption: block(z.strictObject({ enabled: z.boolean() })).optional(),
        deletion_protection_enabled: z.boolean().optional(),
        tags,
      }),
      evaluate(table, { place, address }) {
        const types = new Map(table.attribute.map(({ name, type }) => [name, type]));
        const key = (name: string): KeyDraft => {
          const type = types.get(name);
          if (type === undefined)
            throw new Error(`${address}: the key "${name}" has no attribute block.`);
          return { name, type };
        };
        const keys = (one: { hash_key: string; range_key?: string | undefined }) => ({
          hashKey: key(one.hash_key),
          ...(one.range_key === undefined ? {} : { rangeKey: key(one.range_key) }),
        });
        draft.tables.set(table.name, {
          name: table.name,
          ...keys(table),
          globalSecondaryIndexes: table.global_secondary_index.map((index) => ({
            name: index.name,
            ...keys(index),
            projection: index.projection_type,
          })),
        });
        return {
          id: table.name,
          name: table.name,
          arn: `arn:aws:dynamodb:${place.region}:${place.accountId}:table/${table.name}`,
        };
      },
    }),
  };
}
