import type { Context } from "aws-lambda";
import type * as z from "zod";
import { namedConnectionFailure } from "./connection-failure.ts";
import type { Logger } from "./logger.ts";
import { parse } from "./parse.ts";

/** The part of every task's input that says which photo, for which execution. */
export interface PhotoTask {
  photo: { imageID: string; s3key: string; versionId: string };
  executionArn: string;
}

/** What a task of a machine is made of; {@link plainTaskHandler} makes a Lambda handler of it. */
export interface PlainTask<Input, Output> {
  input: z.ZodType<Input>;
  logger: Logger;
  /** What stands on every log line of a call. */
  logKeys(input: Input): Record<string, string>;
  /** @param context tells how much time is left */
  run(input: Input, logger: Logger, context: Context): Promise<Output>;
}

/** What a task about a photo is made of; {@link taskHandler} makes a Lambda handler of it. */
export type Task<Input extends PhotoTask, Output> = Omit<PlainTask<Input, Output>, "logKeys">;

/** The handler of a task about a photo: its identity is on every log line. */
export function taskHandler<Input extends PhotoTask, Output>(
  task: Task<Input, Output>,
): (event: unknown, context: Context) => Promise<Output> {
  return plainTaskHandler({
    ...task,
    logKeys: ({ photo: { imageID, s3key, versionId }, executionArn }) => ({
      imageID,
      s3key,
      versionId,
      executionArn,
    }),
  });
}

/**
 * The life of one call, the same for every task: parse the input, say on every log line what it is about,
 * run, and log an error with its causes. The machine gets to see only an error's name and message
 * (`errorType`, `errorMessage`); a failed connection gets a name that it knows.
 */
export function plainTaskHandler<Input, Output>({
  input: schema,
  logger,
  logKeys,
  run,
}: PlainTask<Input, Output>): (event: unknown, context: Context) => Promise<Output> {
  return async (event, context) => {
    logger.resetKeys();
    logger.addContext(context);
    try {
      const input = parse(schema, event);
      logger.appendKeys(logKeys(input));
      return await run(input, logger, context);
    } catch (thrown) {
      const error = namedConnectionFailure(thrown);
      logger.error(error instanceof Error ? error.message : String(error), {
        error: error as Error,
      });
      throw error;
    }
  };
}
