import type { StateType } from "../definition/machine.ts";
import type { Thread } from "./thread.ts";

/** The types of state that the history tells of when they are ended from outside. */
const abortable = new Set<StateType>(["Task", "Wait", "Parallel", "Map"]);

/**
 * Records the end of the state that a thread stands in, and of what runs in that state,
 * because the state around the thread has failed at the event `follows`.
 */
export function recordAborted(thread: Thread, follows: number): void {
  const state = thread.open?.state;
  if (state === undefined || !abortable.has(state.type)) return;
  thread.recorder.emit(follows, `${state.type}StateAborted`);
  if (thread.request?.kind === "mapRun") thread.recorder.emit(follows, "MapRunAborted");
  for (const child of thread.children) {
    if (child.progress === "succeeded") continue;
    if (state.type === "Map") recordIteration("Aborted", state.name, child.index, child, follows);
    recordAborted(child, follows);
  }
}

/** Records the end of a Map's open iterations, of which one has failed, and of what they stood in. */
export function recordIterationsEnded(map: Thread, name: string, failed: Thread): void {
  const follows = failed.lastEventId;
  for (const child of map.children) {
    if (child.progress === "succeeded") continue;
    recordIteration(child === failed ? "Failed" : "Aborted", name, child.index, child, follows);
    recordAborted(child, follows);
  }
}

function recordIteration(
  end: "Failed" | "Aborted",
  name: string,
  index: number,
  thread: Thread,
  follows: number,
): void {
  thread.recorder.emit(follows, `MapIteration${end}`, {
    [`mapIteration${end}EventDetails`]: { name, index },
  });
}
