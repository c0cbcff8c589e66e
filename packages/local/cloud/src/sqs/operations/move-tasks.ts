import { randomUUID } from "node:crypto";
import type { Clock } from "@darkroom/states";
import { z } from "zod";
import type { Call, Operation } from "../../service.ts";
import type { Broker } from "../broker.ts";
import { invalidParameterValue, invalidValue, resourceNotFound } from "../errors.ts";
import type { MoveTask, MoveTaskStore } from "../move-task-store.ts";
import type { MoveTasks } from "../move-tasks.ts";
import { parseParameters } from "../parse-parameters.ts";
import type { Queue, QueueCatalog } from "../queue-catalog.ts";
import type { QueueStore } from "../store.ts";

const startTask = z.strictObject({
  SourceArn: z.string(),
  DestinationArn: z.string().optional(),
  MaxNumberOfMessagesPerSecond: z.int().min(1).max(500).optional(),
});
const listTasks = z.strictObject({
  SourceArn: z.string(),
  MaxResults: z.int().min(1).max(10).optional(),
});
const cancelTask = z.strictObject({ TaskHandle: z.string() });
const taskHandle = z.strictObject({ taskId: z.string(), sourceArn: z.string() });

export function moveTaskOperations(options: {
  store: QueueStore;
  tasks: MoveTaskStore;
  moveTasks: MoveTasks;
  catalog: QueueCatalog;
  broker: Broker;
  clock: Clock;
}): Record<string, Operation> {
  const { store, tasks, catalog, broker, clock } = options;

  function openByArn(arn: string, action: string, parameter: string, call: Call): Queue {
    const queue = catalog.byArn(arn);
    call.authorize(`sqs:${action}`, arn, { resourcePolicy: queue?.settings.policy });
    if (queue !== undefined) return queue;
    throw resourceNotFound(
      `The resource that you specified for the ${parameter} parameter doesn't exist.`,
    );
  }

  return {
    async StartMessageMoveTask(raw: unknown, call: Call) {
      const input = parseParameters(startTask, raw);
      const source = openByArn(input.SourceArn, "startmessagemovetask", "SourceArn", call);
      for (const action of ["receivemessage", "deletemessage", "getqueueattributes"]) {
        openByArn(input.SourceArn, action, "SourceArn", call);
      }
      const origins = catalog.sourcesOf(source.arn);
      const destinations =
        input.DestinationArn === undefined ? origins.map(({ arn }) => arn) : [input.DestinationArn];
      for (const arn of destinations) openByArn(arn, "sendmessage", "DestinationArn", call);
      if (origins.length === 0) {
        throw invalidParameterValue("Source queue must be configured as a Dead Letter Queue.");
      }
      const id = randomUUID();
      await broker.write(() => {
        if (tasks.ofSource(source.arn, 1)[0]?.status === "RUNNING") {
          throw invalidParameterValue(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
          );
        }
        tasks.add({
          id,
          sourceArn: source.arn,
          destinationArn: input.DestinationArn,
          messagesPerSecond: input.MaxNumberOfMessagesPerSecond,
          status: "RUNNING",
          moved: 0,
          toMove: store.counts(source.id, clock.now()).visible,
          startedAt: clock.now(),
          failure: undefined,
        });
      });
      options.moveTasks.run(id);
      return { TaskHandle: writeHandle(id, source.arn) };
    },

    ListMessageMoveTasks(raw: unknown, call: Call) {
      const input = parseParameters(listTasks, raw);
      const source = openByArn(input.SourceArn, "listmessagemovetasks", "SourceArn", call);
      return { Results: tasks.ofSource(source.arn, input.MaxResults ?? 1).map(toResult) };
    },

    async CancelMessageMoveTask(raw: unknown, call: Call) {
      const input = parseParameters(cancelTask, raw);
      const { taskId, sourceArn } = readHandle(input.TaskHandle);
      openByArn(sourceArn, "cancelmessagemovetask", "SourceArn", call);
      const moved = await broker.write(() => {
        const task = tasks.find(taskId);
        if (task?.sourceArn !== sourceArn) throw resourceNotFound("Task does not exist.");
        if (task.status !== "RUNNING") {
          throw invalidValue(
            input.TaskHandle,
            "TaskHandle",
            `A message movement can only be cancelled while it is RUNNING; it is ${task.status}.`,
          );
        }
        tasks.progress({ ...task, status: "CANCELLED" });
        return task.moved;
      });
      return { ApproximateNumberOfMessagesMoved: moved };
    },
  };
}

const writeHandle = (taskId: string, sourceArn: string): string =>
  Buffer.from(JSON.stringify({ taskId, sourceArn })).toString("base64");

function readHandle(handle: string): z.infer<typeof taskHandle> {
  try {
    return taskHandle.parse(JSON.parse(Buffer.from(handle, "base64").toString()));
  } catch {
    throw invalidParameterValue("Value for parameter TaskHandle is invalid.");
  }
}

/** Only a task that runs has a handle. */
const toResult = (task: MoveTask) => ({
  ...(task.status === "RUNNING" ? { TaskHandle: writeHandle(task.id, task.sourceArn) } : {}),
  Status: task.status,
  SourceArn: task.sourceArn,
  ...(task.destinationArn === undefined ? {} : { DestinationArn: task.destinationArn }),
  ...(task.messagesPerSecond === undefined
    ? {}
    : { MaxNumberOfMessagesPerSecond: task.messagesPerSecond }),
  ApproximateNumberOfMessagesMoved: task.moved,
  ApproximateNumberOfMessagesToMove: task.toMove,
  ...(task.failure === undefined ? {} : { FailureReason: task.failure }),
  StartedTimestamp: task.startedAt,
});
