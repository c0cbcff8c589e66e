import { parse, sqsEvent } from "@darkroom/lambda";
import { type RecordFailureInput, recordFailureInput } from "@darkroom/workflow";
import * as z from "zod";

/**
 * EventBridge's "Step Functions Execution Status Change"
 * (https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html).
 */
const executionStatusChange = z.looseObject({
  source: z.literal("aws.states"),
  detail: z.looseObject({
    executionArn: z.string(),
    status: z.enum(["FAILED", "TIMED_OUT", "ABORTED"]),
    /** JSON text; left out above 248 KiB. */
    input: z.string().nullish(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
    /** How often it had been redriven when it ended so. */
    redriveCount: z.int().nonnegative().nullish(),
  }),
});

/** An execution that ended badly, whatever its own states did about that. */
export type EndedExecution = z.infer<typeof executionStatusChange>["detail"];

/** Who calls: a state of the machine, EventBridge's rule, or the dead-letter queue. */
export type FailureEvent =
  | { from: "machine"; failure: RecordFailureInput }
  | { from: "rule"; execution: EndedExecution }
  | { from: "dead-letter queue"; event: unknown };

/**
 * Tells by its shape which of the three an event is.
 * @throws {InvalidInputError} naming what doesn't fit the shape it has
 */
export function failureEventOf(event: unknown): FailureEvent {
  if (sqsEvent.safeParse(event).success) return { from: "dead-letter queue", event };
  if (typeof event === "object" && event !== null && "detail-type" in event) {
    return { from: "rule", execution: parse(executionStatusChange, event).detail };
  }
  return { from: "machine", failure: parse(recordFailureInput, event) };
}
