import * as z from "zod";

/**
 * What a schedule sends
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html).
 */
export const scheduledEvent = z.looseObject({
  source: z.literal("aws.events"),
  "detail-type": z.literal("Scheduled Event"),
  id: z.string(),
  /** When it was due. */
  time: z.iso.datetime(),
  /** The rule. */
  resources: z.array(z.string()).min(1),
});
