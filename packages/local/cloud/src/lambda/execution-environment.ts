import { randomBytes } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import type { InvocationFault } from "../faults/fault.ts";
import type { FunctionDraft } from "../terraform/draft.ts";
import { exited, type Failure, timedOut } from "./failures.ts";
import type { InvocationHeader } from "./frames.ts";
import { type Exit, startProcess } from "./function-process.ts";
import { type LogEvent, platformLog, type Report } from "./invocation-log.ts";
import type { Reaper } from "./reaper.ts";
import { within } from "./within.ts";

export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON text. */
  readonly payload: string;
  readonly clientContext?: unknown;
  /** Whether the end of its log is wanted. */
  readonly tail: boolean;
  readonly fault?: InvocationFault | undefined;
  /** Told before its result, how long the handler took. */
  readonly onDuration?: (milliseconds: number) => void;
}

export interface InvocationResult {
  /** JSON text: what the handler returned, or the error. */
  readonly payload: string;
  /** Set when the function failed; Lambda tells handled and unhandled errors apart no more. */
  readonly functionError?: "Unhandled";
  /** The last 4 KB of its log. */
  readonly logTail?: string;
}

/** One process of a function: loaded once, then one invocation at a time. */
export interface ExecutionEnvironment {
  /** @throws AwsError ServiceException when it was stopped meanwhile, or its process could not be started. */
  run(invocation: Invocation): Promise<InvocationResult>;
  /** Whether another invocation may follow. */
  usable(): boolean;
  /** What its process holds in memory now. */
  usedMb(): number;
  /** Kills the process. */
  stop(): void;
}

export interface EnvironmentOptions {
  readonly definition: FunctionDraft;
  readonly variables: Readonly<Record<string, string>>;
  readonly taskRoot: string;
  readonly compileCacheFolder: string;
  readonly reaper: Reaper;
  readonly now: () => number;
  readonly log: (events: readonly LogEvent[]) => void;
  /** The process can't be used any more; it may be told twice. */
  readonly onExit: () => void;
  /** After onExit: nothing more comes of it. */
  readonly onGone: () => void;
  /** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html: 10 s, then the timeout counts. */
  readonly initLimitMs?: number;
}

type Ending =
  | { readonly kind: "result" | "error" | "fatal"; readonly body: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "gone"; readonly exit: Exit };

/** How long the output of an invocation that has answered may take to come in. */
const outputLimitMs = 1000;
const memoryCheckMs = 50;

/**
 * Resident memory is counted with the pages of the node binary and of shared libraries, some 40 MB that Lambda's own
 * figures hold only in part: a process is killed when it has so much more than the function's memory size.
 */
const runtimeAllowanceMb = 32;
const tailBytes = 4096;

/**
 * An execution environment. Differences to Lambda's: it isn't frozen between invocations, its file system is the host's,
 * and memory is looked at 20 times a second.
 * Timeouts run by real time, as the process does.
 */
export function startEnvironment(options: EnvironmentOptions): ExecutionEnvironment {
  const { definition, now } = options;
  const platform = platformLog(definition.logFormat, now);
  const spawnedMs = performance.now();
  let ready = false;
  let broken = false;
  let stopped = false;
  let initDurationMs: number | undefined;
  /** How it ended without an invocation to tell it to. */
  let endedBefore: Ending | undefined;
  let exit: Exit | undefined;
  let markersMissing = 0;
  let tail: string[] | undefined;
  let onReady: (() => void) | undefined;
  let onEnding: ((ending: Ending) => void) | undefined;
  let onDrained: (() => void) | undefined;

  function write(lines: readonly string[]): void {
    const timestamp = now();
    options.log(lines.map((message) => ({ timestamp, message })));
    tail?.push(...lines);
  }

  function end(ending: Ending): void {
    if (onEnding === undefined) endedBefore ??= ending;
    else onEnding(ending);
    onReady?.();
  }

  write([platform.initStart()]);
  const child = startProcess({
    memoryMb: definition.memoryMb,
    variables: options.variables,
    taskRoot: options.taskRoot,
    compileCacheFolder: options.compileCacheFolder,
    reaper: options.reaper,
    onLines: write,
    onMarker() {
      markersMissing -= 1;
      if (markersMissing === 0) onDrained?.();
    },
    onReply(kind, body) {
      if (kind === "ready") {
        ready = true;
        initDurationMs = performance.now() - spawnedMs;
        // The first reading, in case that the process doesn't live to see another.
        child.memory.read();
        onReady?.();
        return;
      }
      if (kind === "fatal") {
        broken = true;
        // It ends between two invocations: no other one may get it while it exits.
        if (ready && onEnding === undefined) options.onExit();
      }
      end({ kind, body });
    },
    onExit() {
      broken = true;
      options.onExit();
    },
    onGone(how) {
      exit = how;
      end({ kind: "gone", exit: how });
      onDrained?.();
      options.onGone();
    },
  });

  function kill(): void {
    broken = true;
    child.kill();
  }

  /** Waits until the handler is loaded or the process has failed, as long as that doesn't count as the invocation. */
  async function initialized(): Promise<void> {
    if (ready || endedBefore !== undefined) return;
    await within(
      options.initLimitMs ?? 10_000,
      new Promise<void>((resolve) => {
        onReady = resolve;
      }),
    );
    onReady = undefined;
  }

  function handle(invocation: Invocation, timeoutMs: number): Promise<Ending> {
    if (endedBefore !== undefined) return Promise.resolve(endedBefore);
    const { fault } = invocation;
    const header: InvocationHeader = {
      requestId: invocation.requestId,
      functionArn: invocation.functionArn,
      deadlineMs: Date.now() + timeoutMs,
      traceId: newTraceId(Date.now()),
      ...(invocation.clientContext === undefined
        ? {}
        : { clientContext: invocation.clientContext }),
      ...(fault?.kind === "error" ? { fault } : {}),
    };
    return new Promise((resolve) => {
      const timeout = setTimeout(() => end({ kind: "timeout" }), timeoutMs);
      const memoryCheck = setInterval(() => {
        if (child.memory.read().usedMb > definition.memoryMb + runtimeAllowanceMb) kill();
      }, memoryCheckMs);
      let lateStart =
        fault?.kind === "delay"
          ? setTimeout(() => {
              lateStart = undefined;
              send();
            }, fault.seconds * 1000)
          : undefined;
      onEnding = (ending) => {
        // It did its work, and its answer comes too late.
        if (fault?.kind === "timeout" && isAnswer(ending)) return;
        clearTimeout(timeout);
        clearTimeout(lateStart);
        clearInterval(memoryCheck);
        onEnding = undefined;
        onReady = undefined;
        resolve(ending);
      };
      const send = (): void => {
        if (ready && lateStart === undefined) child.send(header, invocation.payload);
      };
      send();
      if (!ready) onReady = send;
    });
  }

  /** Waits for the rest of what the invocation has written. */
  async function drained(ending: Ending): Promise<void> {
    const answered = isAnswer(ending);
    if (ending.kind === "timeout") kill();
    if (exit !== undefined || (answered && markersMissing <= 0)) return;
    const complete = await within(
      outputLimitMs,
      new Promise<void>((resolve) => {
        onDrained = resolve;
      }),
    );
    onDrained = undefined;
    // It has closed or taken over its streams, or said that it would exit and did not.
    if (!complete) kill();
  }

  return {
    usable: () => ready && !broken && !stopped,
    usedMb: () => child.memory.read().usedMb,

    stop() {
      stopped = true;
      kill();
    },

    async run(invocation) {
      const { requestId } = invocation;
      const cold = initDurationMs === undefined;
      tail = invocation.tail ? [] : undefined;
      await initialized();
      write([platform.start(requestId)]);
      markersMissing = 2;
      const startedMs = performance.now();
      const timeoutSeconds = timeoutOf(definition, invocation.fault);
      const timeoutMs = timeoutSeconds * 1000;
      const ending = await handle(invocation, timeoutMs);
      const durationMs = ending.kind === "timeout" ? timeoutMs : performance.now() - startedMs;
      await drained(ending);
      if (stopped || exit?.spawnError !== undefined) throw unavailable(exit?.spawnError);
      const failure = failureOf(ending, exit, requestId, timeoutSeconds);
      const payload = "body" in ending ? ending.body : JSON.stringify(failure);
      const report: Report = {
        requestId,
        durationMs,
        memorySizeMb: definition.memoryMb,
        maxMemoryUsedMb: child.memory.read().peakMb,
        ...(cold && initDurationMs !== undefined ? { initDurationMs } : {}),
        ...statusOf(ending, payload),
      };
      write(platform.end(report, failure));
      invocation.onDuration?.(durationMs);
      const logTail = tail === undefined ? {} : { logTail: lastBytes(`${tail.join("\n")}\n`) };
      tail = undefined;
      return ending.kind === "result"
        ? { payload, ...logTail }
        : { payload, functionError: "Unhandled", ...logTail };
    },
  };
}

/** A fault can't give a function more time than it has. */
const timeoutOf = (
  { timeoutSeconds }: FunctionDraft,
  fault: InvocationFault | undefined,
): number => (fault?.kind === "timeout" ? Math.min(fault.seconds, timeoutSeconds) : timeoutSeconds);

const isAnswer = ({ kind }: Ending): boolean => kind === "result" || kind === "error";

/** What to say when the process has failed; an error that the handler has thrown is none. */
function failureOf(
  ending: Ending,
  exit: Exit | undefined,
  requestId: string,
  timeoutSeconds: number,
): Failure | undefined {
  if (ending.kind === "result" || ending.kind === "error") return undefined;
  if (ending.kind === "timeout") return timedOut(requestId, timeoutSeconds);
  return exited(requestId, exit ?? { code: null, signal: "SIGKILL" });
}

function statusOf(ending: Ending, payload: string): Pick<Report, "status" | "errorType"> {
  if (ending.kind === "result") return { status: "success" };
  const { errorType } = JSON.parse(payload) as { errorType: string };
  return { status: ending.kind === "timeout" ? "timeout" : "error", errorType };
}

const unavailable = (spawnError: Error | undefined): AwsError =>
  new AwsError(
    "ServiceException",
    spawnError === undefined
      ? "The local cloud was stopped while the function ran."
      : `The function's process could not be started: ${spawnError.message}`,
    { status: 500, cause: spawnError },
  );

function lastBytes(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= tailBytes ? text : bytes.toString("utf8", bytes.length - tailBytes);
}

/** Not sampled, since nothing here records traces; SDKs pass it on, and loggers write it. */
function newTraceId(nowMs: number): string {
  const random = randomBytes(20).toString("hex");
  const seconds = Math.floor(nowMs / 1000).toString(16);
  return `Root=1-${seconds}-${random.slice(0, 24)};Parent=${random.slice(24)};Sampled=0`;
}
