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

/** What a task of the machine is made of; {@link taskHandler} makes a Lambda handler of it. */
export interface Task<Input extends PhotoTask, Output> {
  input: z.ZodType<Input>;
  logger: Logger;
  run(input: Input, logger: Logger): Promise<Output>;
}

/**
 * The life of one call, the same for every task: parse the input, put the photo's identity on every log
 * line, run, and log an error with its causes. The machine gets to see only an error's name and message
 * (`errorType`, `errorMessage`); a failed connection gets a name that it knows.
 */
export function taskHandler<Input extends PhotoTask, Output>({
  input: schema,
  logger,
  run,
}: Task<Input, Output>): (event: unknown, context: Context) => Promise<Output> {
  return async (event, context) => {
    logger.resetKeys();
    logger.addContext(context);
    try {
      const input = parse(schema, event);
      const { imageID, s3key, versionId } = input.photo;
      logger.appendKeys({ imageID, s3key, versionId, executionArn: input.executionArn });
      return await run(input, logger);
    } catch (thrown) {
      const error = namedConnectionFailure(thrown);
      logger.error(error instanceof Error ? error.message : String(error), {
        error: error as Error,
      });
      throw error;
    }
  };
}
