import type { Clock } from "@darkroom/states";
import { z } from "zod";
import { AwsError } from "../../aws-error.ts";
import type { Call, Operation } from "../../service.ts";
import type { Broker } from "../broker.ts";
import { invalidParameterValue, queueDoesNotExist, unsupported } from "../errors.ts";
import { byName, parseParameters } from "../parse-parameters.ts";
import type { QueueCatalog } from "../queue-catalog.ts";
import { defaultSettings, readAttributes, writeAttributes } from "../settings.ts";
import type { QueueStore } from "../store.ts";
import { type Tags, withTags } from "../tags.ts";
import { openQueue } from "./access.ts";

/** Time that must go by between two purges of a queue, and between its deletion and a new one of its name. */
const pauseMs = 60_000;

const attributes = byName(z.string());
const byUrl = z.strictObject({ QueueUrl: z.string() });
const createQueue = z.strictObject({
  QueueName: z.string(),
  Attributes: attributes.optional(),
  tags: byName(z.string()).optional(),
});
const getQueueUrl = z.strictObject({
  QueueName: z.string(),
  QueueOwnerAWSAccountId: z.string().optional(),
});
const setAttributes = z.strictObject({ QueueUrl: z.string(), Attributes: attributes });

/** Making, changing and ending queues. Stack queues get the stack's settings again at the next start. */
export function queueOperations(options: {
  store: QueueStore;
  catalog: QueueCatalog;
  broker: Broker;
  clock: Clock;
}): Record<string, Operation> {
  const { store, catalog, broker, clock } = options;
  return {
    CreateQueue(raw: unknown, call: Call) {
      const input = parseParameters(createQueue, raw);
      call.authorize("sqs:createqueue", catalog.arnOf(input.QueueName));
      if (input.tags !== undefined) call.authorize("sqs:tagqueue", catalog.arnOf(input.QueueName));
      checkName(input.QueueName);
      const tags = withTags({}, input.tags ?? {});
      const settings = readAttributes(input.Attributes ?? {});
      const existing = catalog.byName(input.QueueName);
      if (existing !== undefined) {
        const there = writeAttributes(existing.settings);
        const asked = writeAttributes({ ...existing.settings, ...settings });
        const other = Object.keys(input.Attributes ?? {}).find(
          (name) => asked[name] !== there[name],
        );
        if (other === undefined && sameTags(existing.settings.tags, input.tags)) {
          return { QueueUrl: existing.url };
        }
        throw new AwsError(
          "QueueNameExists",
          `A queue already exists with the same name and a different value for ${other === undefined ? "its tags" : `attribute ${other}`}`,
        );
      }
      if (catalog.deletedAt(input.QueueName) + pauseMs > clock.now()) {
        throw new AwsError(
          "QueueDeletedRecently",
          "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
        );
      }
      const wanted = { ...defaultSettings, ...settings, tags };
      catalog.checkRedrive(input.QueueName, wanted);
      return { QueueUrl: catalog.create(input.QueueName, wanted).url };
    },

    DeleteQueue(raw: unknown, call: Call) {
      const input = parseParameters(byUrl, raw);
      const queue = openQueue(catalog, input.QueueUrl, "DeleteQueue", call);
      catalog.remove(queue);
      broker.dismiss(queue);
    },

    GetQueueUrl(raw: unknown, call: Call) {
      const input = parseParameters(getQueueUrl, raw);
      const account = input.QueueOwnerAWSAccountId;
      const url = account === undefined ? input.QueueName : `${account}/${input.QueueName}`;
      return { QueueUrl: openQueue(catalog, url, "GetQueueUrl", call).url };
    },

    SetQueueAttributes(raw: unknown, call: Call) {
      const input = parseParameters(setAttributes, raw);
      const queue = openQueue(catalog, input.QueueUrl, "SetQueueAttributes", call);
      const settings = { ...queue.settings, ...readAttributes(input.Attributes) };
      if (input.Attributes.RedrivePolicy !== undefined) catalog.checkRedrive(queue.name, settings);
      catalog.change(queue, settings);
    },

    async PurgeQueue(raw: unknown, call: Call) {
      const input = parseParameters(byUrl, raw);
      const queue = openQueue(catalog, input.QueueUrl, "PurgeQueue", call);
      if (queue.purgedAt + pauseMs > clock.now()) {
        throw new AwsError(
          "PurgeQueueInProgress",
          `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
          { status: 403 },
        );
      }
      await broker.write(() => {
        if (queue.deleted) throw queueDoesNotExist();
        store.removeAll(queue.id);
      });
      queue.purgedAt = clock.now();
    },
  };
}

const sameTags = (there: Tags, asked: Tags = there): boolean =>
  JSON.stringify(Object.entries(there).sort()) === JSON.stringify(Object.entries(asked).sort());

function checkName(name: string): void {
  if (name.endsWith(".fifo")) throw unsupported("FIFO queues");
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
    throw invalidParameterValue(
      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    );
  }
}
