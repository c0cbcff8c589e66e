import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { parseInput } from "../parse-input.ts";
import type { Place } from "../place.ts";
import type { EventSourceMapping } from "./event-source-mapping.ts";
import { describeFunction } from "./function-description.ts";
import { latestVersion } from "./function-name.ts";
import type { DeployedFunction, Functions } from "./functions.ts";
import type { RestOperation } from "./rest-service.ts";

const qualifier = { Qualifier: z.string().optional() };
const page = {
  Marker: z.string().optional(),
  MaxItems: z.coerce.number().int().min(1).max(10_000).optional(),
};

const configurationChange = z.strictObject({
  Description: z.string().optional(),
  Timeout: z.int().optional(),
  MemorySize: z.int().optional(),
  Environment: z
    .strictObject({ Variables: z.record(z.string(), z.string()).default({}) })
    .optional(),
  RevisionId: z.string().optional(),
});

/** All but Invoke of what the local cloud has of Lambda's API: looking at what is deployed, and trying other settings. */
export function lambdaOperations(options: {
  place: Place;
  functions: Functions;
  mappings: () => readonly EventSourceMapping[];
  startedMs: number;
  /** A URL under which its archive is to be had for some minutes. */
  linkToCode: (deployed: DeployedFunction) => string;
}): Record<string, RestOperation> {
  const { place, functions } = options;

  function readPage<T>(
    all: readonly T[],
    nameOf: (one: T) => string,
    most: number,
    { Marker, MaxItems }: { Marker?: string | undefined; MaxItems?: number | undefined },
  ): { items: T[]; next: { NextMarker?: string } } {
    const after = Marker === undefined ? "" : Buffer.from(Marker, "base64url").toString("utf8");
    const rest = all.filter((one) => nameOf(one) > after);
    const items = rest.slice(0, Math.min(MaxItems ?? most, most));
    const last = items.at(-1);
    return {
      items,
      next:
        items.length === rest.length || last === undefined
          ? {}
          : { NextMarker: Buffer.from(nameOf(last)).toString("base64url") },
    };
  }

  function describeMapping(mapping: EventSourceMapping): Record<string, unknown> {
    const { draft } = mapping;
    return {
      UUID: mapping.uuid,
      BatchSize: draft.batchSize,
      MaximumBatchingWindowInSeconds: draft.maximumBatchingWindowSeconds,
      EventSourceArn: draft.queueArn,
      EventSourceMappingArn: mappingArn(mapping.uuid),
      FunctionArn: functions.reference(draft.functionName).arn,
      LastModified: options.startedMs / 1000,
      LastProcessingResult: mapping.lastResult(),
      State: "Enabled",
      StateTransitionReason: "USER_INITIATED",
      FunctionResponseTypes: draft.reportBatchItemFailures ? ["ReportBatchItemFailures"] : [],
      ...(draft.maximumConcurrency === undefined
        ? {}
        : { ScalingConfig: { MaximumConcurrency: draft.maximumConcurrency } }),
    };
  }

  const mappingArn = (uuid: string): string =>
    `arn:aws:lambda:${place.region}:${place.accountId}:event-source-mapping:${uuid}`;

  return {
    ListFunctions({ query, request }) {
      const input = parseInput(z.strictObject(page), query);
      request.authorize("lambda:ListFunctions", "*");
      const { items, next } = readPage(functions.list(), nameOfFunction, 50, input);
      return { Functions: items.map((one) => describeFunction(one, place)), ...next };
    },

    GetFunction({ name, query, request }) {
      const input = parseInput(z.strictObject(qualifier), query);
      request.authorize("lambda:GetFunction", functions.reference(name).arn);
      const deployed = functions.require(name, input.Qualifier);
      return {
        Configuration: describeFunction(deployed, place),
        Code: { RepositoryType: "S3", Location: options.linkToCode(deployed) },
      };
    },

    GetFunctionConfiguration({ name, query, request }) {
      const input = parseInput(z.strictObject(qualifier), query);
      request.authorize("lambda:GetFunctionConfiguration", functions.reference(name).arn);
      return describeFunction(functions.require(name, input.Qualifier), place);
    },

    /** What it changes lasts until the local cloud is stopped: at the next start the stack's definition rules again. */
    UpdateFunctionConfiguration({ name, query, body, request }) {
      parseInput(z.strictObject({}), query);
      const input = parseInput(configurationChange, body);
      request.authorize("lambda:UpdateFunctionConfiguration", functions.reference(name).arn);
      const deployed = functions.require(name);
      if (input.RevisionId !== undefined && input.RevisionId !== deployed.revisionId) {
        throw new AwsError(
          "PreconditionFailedException",
          "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
          { status: 412 },
        );
      }
      const changed = functions.update(deployed, {
        ...(input.Description === undefined ? {} : { description: input.Description }),
        ...(input.Timeout === undefined ? {} : { timeoutSeconds: input.Timeout }),
        ...(input.MemorySize === undefined ? {} : { memoryMb: input.MemorySize }),
        ...(input.Environment === undefined ? {} : { environment: input.Environment.Variables }),
      });
      return describeFunction(changed, place);
    },

    GetPolicy({ name, query, request }) {
      const input = parseInput(z.strictObject(qualifier), query);
      request.authorize("lambda:GetPolicy", functions.reference(name).arn);
      const { definition, revisionId } = functions.require(name, input.Qualifier);
      const policy = functions.policy(definition.name, definition.arn);
      if (policy === undefined) throw notFound("The resource you requested does not exist.");
      return { Policy: policy, RevisionId: revisionId };
    },

    ListVersionsByFunction({ name, query, request }) {
      const input = parseInput(z.strictObject(page), query);
      request.authorize("lambda:ListVersionsByFunction", functions.reference(name).arn);
      const { items } = readPage([functions.require(name)], () => latestVersion, 50, input);
      return { Versions: items.map((one) => describeFunction(one, place)) };
    },

    ListEventSourceMappings({ query, request }) {
      const input = parseInput(
        z.strictObject({
          ...page,
          EventSourceArn: z.string().optional(),
          FunctionName: z.string().optional(),
        }),
        query,
      );
      request.authorize("lambda:ListEventSourceMappings", "*");
      const functionName =
        input.FunctionName === undefined
          ? undefined
          : functions.require(input.FunctionName).definition.name;
      const wanted = options
        .mappings()
        .filter(
          ({ draft }) =>
            (input.EventSourceArn === undefined || draft.queueArn === input.EventSourceArn) &&
            (functionName === undefined || draft.functionName === functionName),
        )
        .sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
      const { items, next } = readPage(wanted, ({ uuid }) => uuid, 100, input);
      return { EventSourceMappings: items.map(describeMapping), ...next };
    },

    GetEventSourceMapping({ name, query, request }) {
      parseInput(z.strictObject({}), query);
      request.authorize("lambda:GetEventSourceMapping", mappingArn(name));
      const mapping = options.mappings().find(({ uuid }) => uuid === name);
      if (mapping === undefined) throw notFound("The resource you requested does not exist.");
      return describeMapping(mapping);
    },
  };
}

const nameOfFunction = ({ definition }: DeployedFunction): string => definition.name;

const notFound = (message: string): AwsError =>
  new AwsError("ResourceNotFoundException", message, { status: 404 });
