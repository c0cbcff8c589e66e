import type { ApprovalTask } from "@darkroom/workflow";
import { type ApprovalQueue, ClaimOver } from "../approval-queue.ts";

/** An activity as SendToApproval uses it: who claims has it until the answer, a release queues it again. */
export function fakeQueue(tasks: readonly ApprovalTask[]) {
  const waiting = [...tasks];
  const claims = new Map<string, ApprovalTask>();
  const acts: string[] = [];
  let tokens = 0;
  const take = (token: string) => {
    const task = claims.get(token);
    if (task === undefined) throw new ClaimOver("over");
    claims.delete(token);
    return task;
  };
  const nameOf = ({ photo }: ApprovalTask) => photo.s3key.split("/").at(-1);
  const queue: ApprovalQueue = {
    async claim(workerName) {
      const task = waiting.shift();
      if (task === undefined) return undefined;
      tokens += 1;
      const taskToken = `t${tokens}`;
      claims.set(taskToken, task);
      acts.push(`claim ${nameOf(task)} by ${workerName}`);
      return { taskToken, input: JSON.stringify(task) };
    },
    async approve(token, approval) {
      acts.push(`approve ${nameOf(take(token))} ${JSON.stringify(approval)}`);
    },
    async deny(token, denial) {
      acts.push(`deny ${nameOf(take(token))} ${JSON.stringify(denial)}`);
    },
    async release(token) {
      const task = take(token);
      waiting.push(task);
      acts.push(`release ${nameOf(task)}`);
    },
    async heartbeat(token) {
      if (!claims.has(token)) throw new ClaimOver("over");
      acts.push("heartbeat");
    },
  };
  return {
    queue,
    acts,
    claims,
    /** What its rows would say. */
    async *pendingIds() {
      yield [...waiting, ...claims.values()].map(({ photo }) => photo.imageID);
    },
  };
}
