export {
  MapRunMemory,
  type MemoryMapRuns,
  memoryMapRuns,
} from "../map-run/memory-map-runs.ts";
export { type MemoryStorage, memoryStorage } from "../map-run/memory-storage.ts";
export { type FakeClock, fakeClock } from "./fake-clock.ts";
export { type MachineRun, runMachine } from "./run-machine.ts";
export type { TestInvocation, TestJob, TestTask, TestWorker } from "./test-invoker.ts";
