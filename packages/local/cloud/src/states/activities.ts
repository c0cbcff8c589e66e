import type { ActivityTask, Clock } from "@darkroom/states";
import type { Place } from "../place.ts";
import { createActivityLines } from "./activity-lines.ts";
import type { Activity, ActivityStore } from "./activity-store.ts";
import { activityDoesNotExist } from "./errors.ts";
import { activityArn } from "./names.ts";

export type Activities = ReturnType<typeof createActivities>;

/**
 * The activities of the stack and those that CreateActivity has made, and the tasks that wait for their workers.
 *
 * As with state machines, the stack rules at every start over what it declares: an activity that it declared once and no
 * longer does is deleted then. Tasks are kept in memory alone: which are open says each execution's history, and the
 * engine offers them again when it resumes the execution.
 */
export function createActivities(options: { place: Place; store: ActivityStore; clock: Clock }) {
  const { place, store, clock } = options;
  const activities = new Map(store.all().map((activity) => [activity.arn, activity]));
  const declared = new Set<string>();
  const lines = createActivityLines(clock);

  function save(activity: Activity): Activity {
    store.save(activity);
    activities.set(activity.arn, activity);
    return activity;
  }

  const make = (name: string, rest: Pick<Activity, "ofStack" | "tags">): Activity =>
    save({ ...rest, name, arn: activityArn(place, name), creationDate: clock.now() });

  function remove(arn: string): void {
    store.remove(arn);
    activities.delete(arn);
  }

  return {
    find: (arn: string): Activity | undefined => activities.get(arn),

    /** By name. */
    list: (): Activity[] =>
      [...activities.values()].sort((one, other) => (one.name < other.name ? -1 : 1)),

    /** Makes an activity of the stack. */
    declare(name: string): void {
      const arn = activityArn(place, name);
      const known = activities.get(arn);
      if (known === undefined) make(name, { ofStack: true, tags: {} });
      else if (!known.ofStack) save({ ...known, ofStack: true });
      declared.add(arn);
    },

    /** Lets go of what the stack has declared before and no longer does. */
    sweep(): void {
      for (const { arn, ofStack } of [...activities.values()]) {
        if (ofStack && !declared.has(arn)) remove(arn);
      }
    },

    /** @returns the activity that is there when there is one of that name, with the tags that it has */
    create(name: string, tags: Readonly<Record<string, string>>): Activity {
      return activities.get(activityArn(place, name)) ?? make(name, { ofStack: false, tags });
    },

    /** Tasks that wait for it go on to do so: as on AWS they end by their own timeouts. */
    remove,

    tag(activity: Activity, tags: Readonly<Record<string, string>>): void {
      save({ ...activity, tags });
    },

    /** Has a task ready for a worker, in the order of these calls, until its signal is aborted. */
    offer: (task: ActivityTask): void => lines.offer(task),

    /**
     * Waits for a task of the activity and claims it: what is returned is its worker's, and the history says so.
     * @returns undefined when none came in time, when the signal was aborted, or at the close
     * @throws AwsError ActivityDoesNotExist
     */
    take(
      arn: string,
      workerName: string | undefined,
      signal: AbortSignal,
    ): Promise<ActivityTask | undefined> {
      if (!activities.has(arn)) throw activityDoesNotExist(arn);
      return lines.take(arn, workerName, signal);
    },

    /** Ends all waiting for tasks. */
    close(): void {
      lines.close();
      store.close();
    },
  };
}
