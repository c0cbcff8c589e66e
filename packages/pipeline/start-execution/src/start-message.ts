import { countMetric, type Logger, parseJson } from "@darkroom/lambda";
import { s3Arrivals } from "@darkroom/workflow";
import { StartsPendingError } from "./errors.ts";
import { type StartExecutionPorts, startExecution } from "./start-execution.ts";

/** In characters, of a message in the log; S3's test event has some 250. */
const longestBody = 1000;

/**
 * Handles one message of the queue: every object in it, one failing start not holding up the others.
 * @throws {InvalidInputError} no S3 event; it ends in the dead-letter queue
 * @throws {StartsPendingError} some starts may succeed later; those that did are found started then
 */
export async function startMessage(
  body: string,
  { logger, ...ports }: StartExecutionPorts & { logger: Logger },
): Promise<void> {
  const pending: unknown[] = [];
  const arrivals = parseJson(s3Arrivals, body);
  if (arrivals.length === 0) {
    logger.info("A message in which no object came in, such as S3's test event, is ignored", {
      body: body.slice(0, longestBody),
    });
  }
  for (const arrival of arrivals) {
    const { imageID, s3bucket, s3key, versionId } = arrival.photo;
    const identity = { imageID, s3bucket, s3key, versionId };
    try {
      const start = await startExecution(arrival, ports);
      if (start.outcome === "failed") {
        logger.error("No execution was started", { ...identity, ...start });
        countMetric("StartExecutionFailed", { imageID, errReason: start.errReason });
      } else {
        logger.info(`Execution ${start.outcome}`, { ...identity, ...start });
      }
    } catch (error) {
      logger.warn("The start failed for now", { ...identity, error: error as Error });
      pending.push(error);
    }
  }
  if (pending.length > 0) {
    throw new StartsPendingError(
      `${pending.length} of the message's objects could not be started for now`,
      { cause: pending[0] },
    );
  }
}
