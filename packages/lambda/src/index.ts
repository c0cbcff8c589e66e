export type { Context } from "aws-lambda";
export { type ConditionalWrite, conditionalWrite } from "./conditional-write.ts";
export { namedConnectionFailure } from "./connection-failure.ts";
export { copySourceOf } from "./copy-source.ts";
export { explainDecodingFailure, isViewableAnyway } from "./decoding-failure.ts";
export { decodingBytes, refuseBomb, refuseTooManyPixels } from "./decoding-memory.ts";
export { functionMemoryBytes, parseEnvironment } from "./environment.ts";
export {
  AccessDeniedError,
  ConnectionError,
  ImageIdentifyError,
  InvalidInputError,
  ObjectCutOffError,
  ObjectNotFoundError,
  PermanentError,
  RetryableError,
} from "./errors.ts";
export { createLogger, type Logger } from "./logger.ts";
export { countMetric, putMetrics } from "./metrics.ts";
export {
  namedByStatus,
  type ObjectAddress,
  type ObjectBytes,
  type ObjectReader,
  objectReader,
  refuseTooLarge,
  s3Error,
} from "./object-reader.ts";
export { parse, parseJson } from "./parse.ts";
export { handleSqsBatch, sqsEvent } from "./sqs-batch.ts";
export {
  type PhotoTask,
  type PlainTask,
  plainTaskHandler,
  type Task,
  taskHandler,
} from "./task-handler.ts";
