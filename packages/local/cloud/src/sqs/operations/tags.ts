import { z } from "zod";
import type { Call, Operation } from "../../service.ts";
import { byName, parseParameters } from "../parse-parameters.ts";
import type { QueueCatalog } from "../queue-catalog.ts";
import { withoutTags, withTags } from "../tags.ts";
import { openQueue } from "./access.ts";

const tagQueue = z.strictObject({ QueueUrl: z.string(), Tags: byName(z.string()) });
const untagQueue = z.strictObject({ QueueUrl: z.string(), TagKeys: z.array(z.string()) });
const listTags = z.strictObject({ QueueUrl: z.string() });

/** A queue keeps its tags when a stack is applied again. */
export function tagOperations({ catalog }: { catalog: QueueCatalog }): Record<string, Operation> {
  return {
    TagQueue(raw: unknown, call: Call) {
      const input = parseParameters(tagQueue, raw);
      const queue = openQueue(catalog, input.QueueUrl, "TagQueue", call);
      catalog.tag(queue, withTags(queue.settings.tags, input.Tags));
    },

    UntagQueue(raw: unknown, call: Call) {
      const input = parseParameters(untagQueue, raw);
      const queue = openQueue(catalog, input.QueueUrl, "UntagQueue", call);
      catalog.tag(queue, withoutTags(queue.settings.tags, input.TagKeys));
    },

    ListQueueTags(raw: unknown, call: Call) {
      const input = parseParameters(listTags, raw);
      const { tags } = openQueue(catalog, input.QueueUrl, "ListQueueTags", call).settings;
      return Object.keys(tags).length === 0 ? {} : { Tags: tags };
    },
  };
}
