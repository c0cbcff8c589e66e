export { executionEnd } from "./execution-end.ts";
export {
  type Finding,
  type MissingFinding,
  type Problem,
  problems,
  type Report,
} from "./findings.ts";
export { dynamodbImageRows, type ImageRows } from "./image-rows.ts";
export { type LandingObjects, landingObjects } from "./landing-objects.ts";
export { oldestEvent } from "./oldest-event.ts";
export type { Patient } from "./patient.ts";
export { readPhotoRow } from "./photo-row.ts";
export { type ReconcilePorts, reconcile } from "./reconcile.ts";
export { tableRows } from "./table-rows.ts";
