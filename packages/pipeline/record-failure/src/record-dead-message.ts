import { countMetric, InvalidInputError, type Logger, parseJson } from "@darkroom/lambda";
import { type Arrival, s3Arrivals } from "@darkroom/workflow";
import type { ExecutionReader } from "./execution-reader.ts";
import type { ImageTable } from "./image-table.ts";
import { recordDeadLetter } from "./record-dead-letter.ts";

/**
 * Records every object of one message of the dead-letter queue. A message that is no S3 event names no
 * object: it is counted and logged whole, and leaves the queue, where it could only go round.
 */
export async function recordDeadMessage(
  body: string,
  ports: { table: ImageTable; executions: ExecutionReader; logger: Logger; now(): Date },
): Promise<void> {
  let arrivals: Arrival[];
  try {
    arrivals = parseJson(s3Arrivals, body);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    ports.logger.error("A dead letter that is no S3 event", { body, error });
    countMetric("UnreadableDeadLetter");
    return;
  }
  for (const arrival of arrivals) {
    const recorded = await recordDeadLetter(arrival, ports.table, ports.executions, ports.now());
    const { imageID, s3key } = arrival.photo;
    ports.logger.error("The event of an object died in the queue", { imageID, s3key, recorded });
  }
}
