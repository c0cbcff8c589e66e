import type { Review } from "@darkroom/workflow";

/** In characters: enough for any message; a Cause may have 32,768. */
const longestReason = 1000;

/** An error as a machine reports it: a name, and text that may be empty or a Lambda's JSON. */
export interface ReportedError {
  Error: string;
  Cause: string;
}

/**
 * `<task>: <error>: <message>`, as far as these are known. The machine puts the state's name before the
 * cause; a Lambda's cause is JSON text with errorMessage
 * (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html).
 */
export function failureReason(failure: ReportedError): string {
  const { task = "", message } = takeApart(failure.Cause);
  return joined(task, failure.Error, message);
}

/** `<error>: <message>` of what no state caught: its cause has no state's name before it. */
export function uncaughtReason({ Error: error, Cause }: ReportedError): string {
  return joined(error, messageOf(Cause));
}

const joined = (...parts: readonly string[]): string =>
  parts
    .filter((part) => part !== "")
    .join(": ")
    .slice(0, longestReason);

/** Only the message, which was written for the uploader. */
export function unsupportedReason(failure: ReportedError): string {
  const { message } = takeApart(failure.Cause);
  return (message === "" ? failure.Error : message).slice(0, longestReason);
}

/** Who rejected a photo and why; the policy's own reason says by itself that it was the policy. */
export function rejectionReason({ by, decision, reason }: Review): string {
  const person = decision === "rejected by policy" ? "" : `rejected by ${by}`;
  return joined(person, reason);
}

function takeApart(cause: string): { task: string | undefined; message: string } {
  const [, task, rest] = /^([A-Z][A-Za-z]+): (.*)$/s.exec(cause) ?? [];
  return { task, message: messageOf(rest ?? cause) };
}

function messageOf(cause: string): string {
  let message: unknown;
  try {
    message = (JSON.parse(cause) as { errorMessage?: unknown } | null)?.errorMessage;
  } catch {
    // Not JSON: a service's plain text.
  }
  return (
    (typeof message === "string" ? message : cause)
      // Lambda's own messages: `RequestId: … Error: Task timed out after 3.00 seconds`,
      // `2026-01-01T00:00:00.000Z … Task timed out after 3.00 seconds`
      .replace(/^(RequestId: [\w-]+ (Error: )?|\d{4}-\d\d-\d\dT\S+ [0-9a-f-]{36} )/, "")
      .trim()
  );
}
