export { type Answer, answering, type Request } from "./answering.ts";
export { type BundledRun, type BundledTask, startBundledTask } from "./bundled-task.ts";
export { memoryDocumentClient } from "./memory-document-client.ts";
export { type MemoryObjects, memoryObjects } from "./memory-objects.ts";
export { type Retrier, retrierOf } from "./retrier-of.ts";
export { samplePhoto } from "./sample-photo.ts";
export { dynamodbOutages, jsonFailure, s3Failure, s3Outages } from "./service-failures.ts";
export { silentLogger } from "./silent-logger.ts";
