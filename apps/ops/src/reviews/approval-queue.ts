import {
  GetActivityTaskCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  type SFNClient,
} from "@aws-sdk/client-sfn";
import { approvalErrors } from "@darkroom/workflow";
import { Failure, lineOf } from "../failure.ts";
import { invocation } from "../invocation.ts";
import { isOutage, mayPass } from "../service-error.ts";
import { throughOutage } from "../through-outage.ts";
import type { Pause } from "../watch/pause.ts";

/** The activity where suspect photos wait: whoever claims one has it until the answer or the end of the lease. */
export interface ApprovalQueue {
  /**
   * Waits up to a minute for a photo.
   * @returns its token, and as JSON text what there is to know of it; undefined when none came
   */
  claim(
    workerName: string,
    signal: AbortSignal,
  ): Promise<{ readonly taskToken: string; readonly input: string } | undefined>;
  /** @throws ClaimOver, UnknownToken */
  approve(taskToken: string, approval: { by: string; reason?: string }): Promise<void>;
  /** @throws ClaimOver, UnknownToken */
  deny(taskToken: string, denial: { by: string; reason: string }): Promise<void>;
  /** Gives the photo back undecided: it waits again at once. @throws ClaimOver, UnknownToken */
  release(taskToken: string, by: string): Promise<void>;
  /** Makes the lease last from now on. @throws ClaimOver, UnknownToken */
  heartbeat(taskToken: string): Promise<void>;
}

/** The claim that a token stands for has ended, in whatever way. */
export class ClaimOver extends Failure {
  override readonly name = "ClaimOver";
}

/** No claim ever had this token. */
export class UnknownToken extends Failure {
  override readonly name = "UnknownToken";
}

const claimNext = `\`${invocation.darkroom} approvals next\``;

const overLine = `The claim of this token is over: its photo was decided, given back, or not decided in time and waits again. What waits is claimed by ${claimNext}`;
const perhapsLine = `The cloud was away while it was told, and now the claim is over: the decision may have come through or not. If not, the photo waits again and is claimed by ${claimNext}`;
const unknownLine = `No claim has this token: give the whole token that ${claimNext} printed`;

export function activityQueue(
  sfn: SFNClient,
  activityArn: string,
  ports: { now(): Date; pause: Pause; signal: AbortSignal },
): ApprovalQueue {
  async function answer(send: () => Promise<unknown>): Promise<void> {
    let unanswered = false;
    const once = async () => {
      try {
        await send();
      } catch (error) {
        const { name } = error as Error;
        // An execution that has ended may be forgotten, and its task with it.
        if (name === "TaskTimedOut" || name === "TaskDoesNotExist") {
          throw new ClaimOver(unanswered ? perhapsLine : overLine);
        }
        // What is longer than any token is refused before it is looked up.
        if (name === "InvalidToken" || name === "ValidationException") {
          throw new UnknownToken(unknownLine);
        }
        if (mayPass(error)) unanswered = true;
        throw error;
      }
    };
    try {
      await throughOutage(once, ports);
    } catch (error) {
      if (!isOutage(error)) throw error;
      throw new Failure(
        `Nothing runs any more (${lineOf(error)}): start it with \`${invocation.start}\` and decide again; a claim outlives a restart`,
      );
    }
  }

  return {
    async claim(workerName, signal) {
      try {
        const { taskToken, input } = await throughOutage(
          () =>
            sfn.send(new GetActivityTaskCommand({ activityArn, workerName }), {
              abortSignal: signal,
            }),
          { ...ports, signal },
        );
        return taskToken && input !== undefined ? { taskToken, input } : undefined;
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      }
    },
    approve: (taskToken, approval) =>
      answer(() =>
        sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(approval) })),
      ),
    deny: (taskToken, denial) =>
      answer(() =>
        sfn.send(
          new SendTaskFailureCommand({
            taskToken,
            error: approvalErrors.denied[0],
            cause: JSON.stringify(denial),
          }),
        ),
      ),
    release: (taskToken, by) =>
      answer(() =>
        sfn.send(
          new SendTaskFailureCommand({
            taskToken,
            error: approvalErrors.released,
            cause: `given back by ${by}`,
          }),
        ),
      ),
    heartbeat: (taskToken) => answer(() => sfn.send(new SendTaskHeartbeatCommand({ taskToken }))),
  };
}
