import type { ConformanceCase } from "./case-file.ts";
import { isObject, parsed } from "./compare/expand-json.ts";
import type { World } from "./world.ts";

/**
 * Who answers by task token where the case brings no machine that does: a worker that settles each task as the recorded
 * history says that it was. Without a recorded end the task is left alone, and times out.
 * @returns to be called whenever the execution may have gone on
 */
export function startWorkers(
  world: World,
  executionArn: string,
  { aux_state_machines, expected }: ConformanceCase,
): () => Promise<void> {
  const works = aux_state_machines.some(({ started_with }) => started_with.length > 0);
  const outcomes = works ? [] : recordedOutcomes(expected.events ?? []);
  const settled = new Set<string>();
  let seen = 0;

  return async () => {
    if (settled.size === outcomes.length) return;
    const { events } = await world.states("GetExecutionHistory", {
      executionArn,
      maxResults: 1000,
    });
    const all = events as { type: string; taskScheduledEventDetails?: { parameters: string } }[];
    if (!all.slice(seen).some(({ type }) => type === "TaskSubmitted")) return;
    seen = all.length;
    const tokens = all
      .filter(({ type }) => type === "TaskScheduled")
      .flatMap(({ taskScheduledEventDetails }) =>
        tokensIn(parsed(taskScheduledEventDetails?.parameters ?? "")),
      );
    for (const taskToken of tokens) {
      const outcome = outcomes[settled.size];
      if (settled.has(taskToken) || outcome === undefined) continue;
      settled.add(taskToken);
      await world.states(outcome.operation, { taskToken, ...outcome.input });
    }
  };
}

interface Outcome {
  readonly operation: "SendTaskSuccess" | "SendTaskFailure";
  readonly input: object;
}

/** How the tasks that were submitted ended, in that order. */
function recordedOutcomes(events: NonNullable<ConformanceCase["expected"]["events"]>): Outcome[] {
  const submitted = new Set(
    events.filter(({ type }) => type === "TaskSubmitted").map(({ id }) => id),
  );
  return events.flatMap((event): Outcome[] => {
    if (!submitted.has(event.previousEventId)) return [];
    const { taskSucceededEventDetails: success, taskFailedEventDetails: failure } = event as {
      taskSucceededEventDetails?: { output?: unknown };
      taskFailedEventDetails?: { error?: string; cause?: unknown };
    };
    if (success !== undefined) {
      const output =
        typeof success.output === "string" ? success.output : JSON.stringify(success.output);
      return [{ operation: "SendTaskSuccess", input: { output } }];
    }
    if (failure === undefined) return [];
    const { error, cause } = failure;
    const text = typeof cause === "string" ? cause : JSON.stringify(cause);
    return [
      {
        operation: "SendTaskFailure",
        input: {
          ...(error === undefined ? {} : { error }),
          ...(text === undefined ? {} : { cause: text }),
        },
      },
    ];
  });
}

/** What a member that is named so holds, as a worker finds it in its message. */
function tokensIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(tokensIn);
  if (!isObject(value as never)) return [];
  return Object.entries(value as object).flatMap(([key, one]) =>
    key === "TaskToken" && typeof one === "string" ? [one] : tokensIn(one),
  );
}
