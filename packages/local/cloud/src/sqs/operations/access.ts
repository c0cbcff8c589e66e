import type { Call } from "../../service.ts";
import { queueDoesNotExist } from "../errors.ts";
import type { Queue, QueueCatalog } from "../queue-catalog.ts";

/**
 * The queue that a call is for, once its caller may do `action` with it by its own policies or the queue's.
 * SQS names actions in lower case in its denials; IAM compares them without case.
 */
export function openQueue(catalog: QueueCatalog, url: string, action: string, call: Call): Queue {
  const { arn, queue } = catalog.byUrl(url);
  call.authorize(`sqs:${action.toLowerCase()}`, arn, { resourcePolicy: queue?.settings.policy });
  if (queue === undefined) throw queueDoesNotExist();
  return queue;
}
