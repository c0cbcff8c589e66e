export { type Cloud, type CloudOptions, startCloud } from "./cloud.ts";
export { loadStack } from "./terraform/load-stack.ts";
