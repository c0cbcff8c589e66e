import type { Clock } from "@darkroom/states";
import type { Rule } from "./bus.ts";
import type { ScheduleAnchors } from "./schedule-anchors.ts";
import { periodOf } from "./schedule-expression.ts";

interface Schedule {
  readonly rule: Rule;
  readonly since: number;
  readonly everyMs: number;
}

/**
 * Raises the events of rules that have a schedule.
 *
 * Times are counted from when the schedule began. Those that pass while nothing runs are not made up for;
 * of those that a sleeping machine missed, the last is raised when it wakes.
 */
export function createSchedules(options: {
  clock: Clock;
  anchors: ScheduleAnchors;
  /** @param atMs when it was due */
  raise: (rule: Rule, atMs: number) => void;
  onFault: (error: unknown, where: string) => void;
}) {
  const { clock, anchors } = options;
  const schedules = new Map<string, Schedule>();
  const alarms = new Map<string, () => void>();
  let running = false;

  function wait(schedule: Schedule): void {
    const { rule } = schedule;
    alarms.get(rule.name)?.();
    const next = lastTime(schedule, clock.now()) + schedule.everyMs;
    alarms.set(
      rule.name,
      clock.setTimer(next, () => {
        const due = Math.max(next, lastTime(schedule, clock.now()));
        // First: what can't be raised once, as on a full disk, is when its time has come again.
        wait(schedule);
        try {
          options.raise(rule, due);
        } catch (error) {
          options.onFault(error, `EventBridge, ${rule.arn} at its time`);
        }
      }),
    );
  }

  return {
    /** Makes or changes the schedule of a rule, or ends that which it had. @throws Error that says what about its expression is not understood */
    put(rule: Rule): void {
      const { name, arn, scheduleExpression: expression } = rule;
      alarms.get(name)?.();
      alarms.delete(name);
      schedules.delete(name);
      if (expression === undefined) return;
      const everyMs = periodOf(expression);
      const schedule = { rule, everyMs, since: anchors.since(arn, expression, clock.now()) };
      schedules.set(name, schedule);
      if (running) wait(schedule);
    },

    start(): void {
      running = true;
      for (const schedule of schedules.values()) wait(schedule);
    },

    close(): void {
      running = false;
      for (const cancel of alarms.values()) cancel();
      alarms.clear();
    },
  };
}

/** The last of its times up to now; before it began, too, where the clock was set back. */
const lastTime = ({ since, everyMs }: Schedule, now: number): number =>
  since + Math.floor((now - since) / everyMs) * everyMs;
