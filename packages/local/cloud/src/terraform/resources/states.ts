import { z } from "zod";
import type { Draft } from "../draft.ts";
import { type ResourceType, resourceType } from "../evaluate.ts";
import { block, jsonText, tags } from "./syntax.ts";

/** State machines and activities. */
export function statesResources(draft: Draft): Record<string, ResourceType> {
  return {
    aws_sfn_state_machine: resourceType({
      attributes: z.strictObject({
        name: z.string(),
        type: z.enum(["STANDARD", "EXPRESS"]).default("STANDARD"),
        role_arn: z.string(),
        definition: jsonText,
        logging_configuration: block(
          z.strictObject({
            level: z.enum(["ALL", "ERROR", "FATAL", "OFF"]),
            include_execution_data: z.boolean().default(false),
            log_destination: z.string(),
          }),
        ).optional(),
        tracing_configuration: block(z.strictObject({ enabled: z.boolean() })).optional(),
        tags,
      }),
      evaluate(machine, { place }) {
        const logging = machine.logging_configuration;
        draft.stateMachines.set(machine.name, {
          name: machine.name,
          type: machine.type,
          roleArn: machine.role_arn,
          definition: machine.definition,
          tracing: machine.tracing_configuration?.enabled ?? false,
          ...(logging === undefined
            ? {}
            : {
                logging: {
                  // arn:aws:logs:<region>:<account>:log-group:<name>:*
                  logGroupName: logging.log_destination.split(":")[6] ?? "",
                  level: logging.level,
                  includeExecutionData: logging.include_execution_data,
                },
              }),
        });
        const arn = `arn:aws:states:${place.region}:${place.accountId}:stateMachine:${machine.name}`;
        return { id: arn, arn, name: machine.name };
      },
    }),

    aws_sfn_activity: resourceType({
      attributes: z.strictObject({
        name: z.string().min(1).max(80),
        encryption_configuration: block(
          z.strictObject({ type: z.literal("AWS_OWNED_KEY") }),
        ).optional(),
        tags,
      }),
      evaluate({ name }, { place }) {
        draft.activities.set(name, { name });
        const arn = `arn:aws:states:${place.region}:${place.accountId}:activity:${name}`;
        return { id: arn, arn, name };
      },
    }),
  };
}
