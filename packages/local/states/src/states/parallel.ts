import { parseCatchers } from "../definition/catchers.ts";
import { readJsonPathFlow } from "../definition/json-path-flow.ts";
import type { Branch } from "../definition/machine.ts";
import { parseRetriers } from "../definition/retriers.ts";
import { type ParseState, readTransition, type StateContext } from "../definition/state-context.ts";
import { recordAborted } from "../engine/record-aborted.ts";
import type { Steps } from "../engine/steps.ts";
import type { Thread } from "../engine/thread.ts";
import type { Json } from "../types.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html */
export function parseParallel({ fields, parseBranch }: StateContext): ReturnType<ParseState> {
  fields.require("Branches");
  const branches = (fields.items("Branches") ?? []).map((entry) => {
    entry.string("Comment");
    const branch = parseBranch(entry);
    entry.close();
    return branch;
  });
  return {
    flow: readJsonPathFlow(fields, { parameters: true, resultSelector: true, resultPath: true }),
    next: readTransition(fields),
    retriers: parseRetriers(fields),
    catchers: parseCatchers(fields),
    *execute({ thread }, input) {
      return { result: yield* runBranches(thread, branches, input) };
    },
  };
}

/** Runs the branches side by side; the first that fails ends them all. */
function* runBranches(thread: Thread, branches: readonly Branch[], input: Json): Steps<Json> {
  const former = thread.redriveChildren();
  if (former.length === 0) {
    thread.emit("ParallelStateStarted");
    thread.children = branches.map((branch, index) => thread.spawn(branch, input, { index }));
  }
  const outputs: Json[] = branches.map((_, index) => former[index]?.output ?? null);
  let last: Thread | undefined;
  for (let running = stillRunning(thread.children); running > 0; running -= 1) {
    const end = yield* thread.childEnd();
    if (end.kind === "childFailed") {
      for (const child of thread.children) recordAborted(child, end.child.lastEventId);
      thread.endChildren();
      thread.followChild(end.child);
      throw end.failure.outside();
    }
    outputs[end.child.index] = end.output;
    last = end.child;
  }
  thread.endChildren();
  if (last !== undefined) thread.followChild(last);
  thread.emitBesideExit("ParallelStateSucceeded");
  return outputs;
}

const stillRunning = (children: readonly Thread[]): number =>
  children.filter(({ progress }) => progress !== "succeeded").length;
