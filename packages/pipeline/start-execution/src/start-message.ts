import { countMetric, type Logger, parseJson } from "@darkroom/lambda";
import { s3Arrivals } from "@darkroom/workflow";
import { StartsPendingError } from "./errors.ts";
import { type StartExecutionPorts, startExecution } from "./start-execution.ts";

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
  for (const arrival of parseJson(s3Arrivals, body)) {
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
