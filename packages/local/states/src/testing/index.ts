export { type FakeClock, fakeClock } from "./fake-clock.ts";
export { type MachineRun, runMachine, type TestTask } from "./run-machine.ts";
