export { type Answer, answering, type Request } from "./answering.ts";
export { memoryDocumentClient } from "./memory-document-client.ts";
export { type MemoryObjects, memoryObjects } from "./memory-objects.ts";
export { samplePhoto } from "./sample-photo.ts";
export { silentLogger } from "./silent-logger.ts";
