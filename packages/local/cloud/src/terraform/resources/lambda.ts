import { z } from "zod";
import type { Draft } from "../draft.ts";
import { type ResourceType, resourceType } from "../evaluate.ts";
import { block, tags } from "./syntax.ts";

/** Functions, layers, event source mappings and permissions. */
export function lambdaResources(draft: Draft): Record<string, ResourceType> {
  return {
    aws_lambda_function: resourceType({
      attributes: z.strictObject({
        function_name: z.string(),
        description: z.string().default(""),
        runtime: z.string(),
        handler: z.string(),
        role: z.string(),
        filename: z.string(),
        source_code_hash: z.string().optional(),
        memory_size: z.int().default(128),
        timeout: z.int().default(3),
        architectures: z.tuple([z.enum(["arm64", "x86_64"])]),
        layers: z.array(z.string()).default([]),
        environment: block(
          z.strictObject({ variables: z.record(z.string(), z.string()).default({}) }),
        ).default({ variables: {} }),
        logging_config: block(
          z.strictObject({
            log_format: z.enum(["JSON", "Text"]),
            log_group: z.string(),
          }),
        ),
        tracing_config: block(
          z.strictObject({ mode: z.enum(["Active", "PassThrough"]) }),
        ).optional(),
        tags,
      }),
      evaluate(one, { place }) {
        const arn = `arn:aws:lambda:${place.region}:${place.accountId}:function:${one.function_name}`;
        draft.functions.set(one.function_name, {
          name: one.function_name,
          arn,
          description: one.description,
          runtime: one.runtime,
          handler: one.handler,
          roleArn: one.role,
          archive: one.filename,
          memoryMb: one.memory_size,
          timeoutSeconds: one.timeout,
          environment: one.environment.variables,
          architecture: one.architectures[0],
          layers: one.layers.map((layerArn) => layerArn.split(":")[6] ?? layerArn),
          logGroup: one.logging_config.log_group,
          logFormat: one.logging_config.log_format,
          tracing: one.tracing_config?.mode ?? "PassThrough",
        });
        return { id: one.function_name, function_name: one.function_name, arn, invoke_arn: arn };
      },
    }),

    // The archive is AWS's: the host says which folder stands for a layer of this name.
    aws_lambda_layer_version: resourceType({
      attributes: z.strictObject({
        layer_name: z.string(),
        description: z.string().optional(),
        filename: z.string(),
        compatible_runtimes: z.array(z.string()).optional(),
        compatible_architectures: z.array(z.string()).optional(),
        license_info: z.string().optional(),
        skip_destroy: z.boolean().optional(),
      }),
      evaluate({ layer_name }, { place }) {
        const arn = `arn:aws:lambda:${place.region}:${place.accountId}:layer:${layer_name}:1`;
        return { id: arn, arn, layer_arn: arn.replace(/:1$/, "") };
      },
    }),

    aws_lambda_event_source_mapping: resourceType({
      attributes: z.strictObject({
        function_name: z.string(),
        event_source_arn: z.string(),
        batch_size: z.int().default(10),
        maximum_batching_window_in_seconds: z.int().default(0),
        function_response_types: z.array(z.literal("ReportBatchItemFailures")).default([]),
        scaling_config: block(z.strictObject({ maximum_concurrency: z.int().min(2) })).optional(),
        enabled: z.literal(true).optional(),
        tags,
      }),
      evaluate(mapping, { address }) {
        const maximumConcurrency = mapping.scaling_config?.maximum_concurrency;
        draft.eventSourceMappings.push({
          address,
          functionName: mapping.function_name.split(":").at(-1) ?? mapping.function_name,
          queueArn: mapping.event_source_arn,
          batchSize: mapping.batch_size,
          maximumBatchingWindowSeconds: mapping.maximum_batching_window_in_seconds,
          ...(maximumConcurrency === undefined ? {} : { maximumConcurrency }),
          reportBatchItemFailures: mapping.function_response_types.length > 0,
        });
        return { id: address };
      },
    }),

    aws_lambda_permission: resourceType({
      attributes: z.strictObject({
        statement_id: z.string(),
        action: z.literal("lambda:InvokeFunction"),
        function_name: z.string(),
        principal: z.string(),
        source_arn: z.string().optional(),
        source_account: z.string().optional(),
      }),
      evaluate(permission) {
        draft.permissions.push({
          functionName: permission.function_name.split(":").at(-1) ?? permission.function_name,
          statementId: permission.statement_id,
          action: permission.action,
          principal: permission.principal,
          ...(permission.source_arn === undefined ? {} : { sourceArn: permission.source_arn }),
          ...(permission.source_account === undefined
            ? {}
            : { sourceAccount: permission.source_account }),
        });
        return { id: permission.statement_id };
      },
    }),
  };
}
