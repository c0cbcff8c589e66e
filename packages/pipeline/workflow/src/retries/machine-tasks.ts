import definition from "../image-processing.asl.json" with { type: "json" };

export interface Retry {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: string;
}

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Branches?: readonly { readonly States: Record<string, State> }[];
}

/** A Task of the machine, as far as what it does with a failure goes. */
export interface MachineTask {
  readonly TimeoutSeconds: number;
  readonly Retry: readonly Retry[];
}

/** In which a person decides. */
const approvalActivity = "${ApprovalActivity}";

function tasksOf(states: Record<string, State>): [name: string, task: MachineTask][] {
  return Object.entries(states).flatMap(([name, state]) => [
    ...(state.Type === "Task" && state.Resource !== approvalActivity
      ? [[name, state as unknown as MachineTask] as [string, MachineTask]]
      : []),
    ...(state.Branches ?? []).flatMap(({ States }) => tasksOf(States)),
  ]);
}

/**
 * Every Task that calls a function, by its name, in the order of the definition. The activity's isn't here:
 * what a person doesn't do is no fault, and is waited for without end.
 */
export const machineTasks: ReadonlyMap<string, MachineTask> = new Map(
  tasksOf(definition.States as unknown as Record<string, State>),
);
