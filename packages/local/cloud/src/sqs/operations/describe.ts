import type { Clock } from "@darkroom/states";
import { z } from "zod";
import type { Call, Operation } from "../../service.ts";
import { invalidAttributeName, invalidParameterValue, invalidValue } from "../errors.ts";
import { parseParameters } from "../parse-parameters.ts";
import type { Queue, QueueCatalog } from "../queue-catalog.ts";
import { writeAttributes } from "../settings.ts";
import type { QueueStore } from "../store.ts";
import { openQueue } from "./access.ts";

const page = { MaxResults: z.int().optional(), NextToken: z.string().optional() };
const getAttributes = z.strictObject({
  QueueUrl: z.string(),
  AttributeNames: z.array(z.string()).optional(),
});
const listQueues = z.strictObject({ QueueNamePrefix: z.string().optional(), ...page });
const listSources = z.strictObject({ QueueUrl: z.string(), ...page });

/** Attributes that a queue can have and this one has not: asking for them is no error. */
const unset = new Set([
  "Policy",
  "RedrivePolicy",
  "RedriveAllowPolicy",
  "KmsMasterKeyId",
  "KmsDataKeyReusePeriodSeconds",
  "FifoQueue",
  "ContentBasedDeduplication",
  "DeduplicationScope",
  "FifoThroughputLimit",
]);

export function describeOperations(options: {
  store: QueueStore;
  catalog: QueueCatalog;
  clock: Clock;
}): Record<string, Operation> {
  const { store, catalog, clock } = options;

  function attributesOf(queue: Queue, names: readonly string[]): Record<string, string> {
    const known = ["QueueArn", "CreatedTimestamp", "LastModifiedTimestamp"];
    const counted = {
      ApproximateNumberOfMessages: "visible",
      ApproximateNumberOfMessagesNotVisible: "inFlight",
      ApproximateNumberOfMessagesDelayed: "delayed",
    } as const;
    const all: Record<string, string> = {
      QueueArn: queue.arn,
      CreatedTimestamp: seconds(queue.createdAt),
      LastModifiedTimestamp: seconds(queue.modifiedAt),
      ...writeAttributes(queue.settings),
    };
    const wanted = names.includes("All")
      ? [...known, ...Object.keys(counted), ...Object.keys(all)]
      : names;
    if (wanted.some((name) => Object.hasOwn(counted, name))) {
      const counts = store.counts(queue.id, clock.now());
      for (const [name, count] of Object.entries(counted)) all[name] = String(counts[count]);
    }
    const attributes: Record<string, string> = {};
    for (const name of wanted) {
      const value = Object.hasOwn(all, name) ? all[name] : undefined;
      if (value !== undefined) attributes[name] = value;
      else if (!unset.has(name)) throw invalidAttributeName(name);
    }
    return attributes;
  }

  return {
    GetQueueAttributes(raw: unknown, call: Call) {
      const input = parseParameters(getAttributes, raw);
      const queue = openQueue(catalog, input.QueueUrl, "GetQueueAttributes", call);
      const attributes = attributesOf(queue, input.AttributeNames ?? []);
      return Object.keys(attributes).length === 0 ? {} : { Attributes: attributes };
    },

    ListQueues(raw: unknown, call: Call) {
      const input = parseParameters(listQueues, raw);
      call.authorize("sqs:listqueues", "*");
      const prefix = input.QueueNamePrefix ?? "";
      const { urls, nextToken } = pageOf(
        catalog.all().filter(({ name }) => name.startsWith(prefix)),
        input,
      );
      return { ...(urls.length === 0 ? {} : { QueueUrls: urls }), ...nextToken };
    },

    ListDeadLetterSourceQueues(raw: unknown, call: Call) {
      const input = parseParameters(listSources, raw);
      const queue = openQueue(catalog, input.QueueUrl, "ListDeadLetterSourceQueues", call);
      const { urls, nextToken } = pageOf(catalog.sourcesOf(queue.arn), input);
      return { queueUrls: urls, ...nextToken };
    },
  };
}

const seconds = (milliseconds: number): string => String(Math.floor(milliseconds / 1000));

/** A page of 1,000 at most; without MaxResults there is no token for a next one, as with SQS. */
function pageOf(
  queues: readonly Queue[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
): { urls: string[]; nextToken: { NextToken?: string } } {
  const { MaxResults: limit = 1000, NextToken: token } = input;
  if (limit < 1 || limit > 1000) {
    throw invalidValue(limit, "MaxResults", "MaxResults must be an integer between 1 and 1000.");
  }
  const after = token === undefined ? "" : Buffer.from(token, "base64url").toString();
  if (token !== undefined && Buffer.from(after).toString("base64url") !== token) {
    throw invalidParameterValue("Invalid or expired next token.");
  }
  const rest = queues.filter(({ name }) => name > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const more = input.MaxResults !== undefined && rest.length > page.length && last !== undefined;
  return {
    urls: page.map(({ url }) => url),
    nextToken: more ? { NextToken: Buffer.from(last.name).toString("base64url") } : {},
  };
}
