import { z } from "zod";

const response = z
  .looseObject({
    batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullable();

/**
 * The ids of the messages that a function has not handled, by its partial batch response; `all` when it can't be
 * understood. An empty or missing list, and an empty or null response, is success; an empty or unknown identifier, or one
 * under another name, is complete failure.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 * @param payload what the function returned, as JSON text
 */
export function failedMessages(
  payload: string,
  batch: ReadonlySet<string>,
): ReadonlySet<string> | "all" {
  const parsed = response.safeParse(JSON.parse(payload));
  if (!parsed.success) return "all";
  const ids = (parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return ids.every((id) => batch.has(id)) ? new Set(ids) : "all";
}
