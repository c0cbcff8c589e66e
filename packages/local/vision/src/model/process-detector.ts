import { type ChildProcess, fork } from "node:child_process";
import type { Detector, Sights } from "../detector.ts";
import {
  InternalServerError,
  InvalidImageFormatException,
  ThrottlingException,
} from "../errors.ts";
import type { LookRequest, LookResponse } from "./messages.ts";

export interface ProcessDetectorOptions {
  /** What runs in the process; answers each {@link LookRequest} with a {@link LookResponse}. */
  readonly entry?: URL;
  /** How long one picture may take, the start of the process included. */
  readonly timeoutMs?: number;
  /** Calls `expire` after that time; what it returns calls that off. */
  readonly setDeadline?: (expire: () => void, timeoutMs: number) => () => void;
  /** How many pictures, and bytes of them, may wait for their turn. */
  readonly queue?: { readonly images: number; readonly bytes: number };
}

interface Job {
  readonly id: number;
  readonly aim: keyof Sights;
  readonly image: Uint8Array;
  resolve(seen: Sights[keyof Sights]): void;
  reject(error: Error): void;
}

/** A process, and what it said last on its standard error. */
interface Worker {
  readonly process: ChildProcess;
  readonly closed: Promise<void>;
  lastWords: string;
}

/**
 * Runs the models in a process of their own: what their decoder or WebAssembly does to it, a crash, an
 * endless loop or gigabytes of memory, happens to nobody else. It starts with the first picture and
 * takes one at a time; when it dies or takes too long, that picture's call fails, and the next picture
 * gets a new process.
 */
export function processDetector({
  entry = new URL("./detector-process.ts", import.meta.url),
  timeoutMs = 30_000,
  setDeadline = (expire, ms) => {
    const timer = setTimeout(expire, ms);
    return () => clearTimeout(timer);
  },
  queue = { images: 64, bytes: 128 * 1024 * 1024 },
}: ProcessDetectorOptions = {}): Detector {
  const waiting: Job[] = [];
  let waitingBytes = 0;
  let running: { readonly job: Job; cancelDeadline(): void } | undefined;
  let worker: Worker | undefined;
  const ending = new Set<Promise<void>>();
  let nextId = 1;
  let isClosed = false;

  function runNext(): void {
    if (running !== undefined) return;
    const job = waiting.shift();
    if (job === undefined) return;
    waitingBytes -= job.image.byteLength;
    const expire = () => abandon(`took more than ${timeoutMs} ms`);
    running = { job, cancelDeadline: setDeadline(expire, timeoutMs) };
    worker ??= start();
    const request: LookRequest = { id: job.id, aim: job.aim, image: job.image };
    // A message that can't be sent means that the process is ending, which is handled there.
    worker.process.send(request, () => {});
  }

  /** Ends the job under way, if it is this one. */
  function settle(id: number | undefined, end: (job: Job) => void): void {
    if (running === undefined || (id !== undefined && id !== running.job.id)) return;
    const { job, cancelDeadline } = running;
    cancelDeadline();
    running = undefined;
    end(job);
  }

  function start(): Worker {
    const child = fork(entry, {
      serialization: "advanced",
      execArgv: [],
      // Neither credentials nor NODE_OPTIONS of this process. One arena: glibc keeps what each of
      // them once held, and decoders' threads would fill several.
      env: { MALLOC_ARENA_MAX: "1" },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    const closed = new Promise<void>((resolve) => child.once("close", resolve));
    const started: Worker = { process: child, closed, lastWords: "" };
    ending.add(closed);
    closed.then(() => ending.delete(closed));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      started.lastWords = (started.lastWords + text).slice(-2000);
    });
    child.on("message", (response: LookResponse) => {
      if (worker !== started) return;
      settle(response.id, (job) => {
        if ("seen" in response) job.resolve(response.seen);
        else job.reject(new InvalidImageFormatException({ cause: response.unreadable }));
      });
      runNext();
    });
    child.once("error", (error) => {
      if (worker === started) abandon(`could not be reached: ${error.message}`);
    });
    child.once("close", (code, signal) => {
      if (worker === started) abandon(`ended with ${signal ?? `exit code ${code}`}`);
    });
    return started;
  }

  /** Gives up the process with the picture it has, and goes on with the next. */
  function abandon(what: string): void {
    const cause = worker?.lastWords;
    worker?.process.kill("SIGKILL");
    worker = undefined;
    settle(undefined, (job) =>
      job.reject(
        new InternalServerError(
          `The process that looks at pictures ${what}; try again.`,
          cause ? { cause } : {},
        ),
      ),
    );
    runNext();
  }

  return {
    versions: { detect: "darkroom-local-1.0", classify: "darkroom-local-uncalibrated-1.0" },
    look<Aim extends keyof Sights>(aim: Aim, image: Uint8Array) {
      return new Promise<Sights[Aim]>((resolve, reject) => {
        if (isClosed) throw new InternalServerError("Vision is closed.");
        if (waiting.length >= queue.images || waitingBytes + image.byteLength > queue.bytes) {
          throw new ThrottlingException(
            `${waiting.length} pictures of ${waitingBytes} bytes wait to be looked at; slow down.`,
          );
        }
        waiting.push({
          id: nextId++,
          aim,
          image,
          // The process answers what it was asked for.
          resolve: (seen) => resolve(seen as Sights[Aim]),
          reject,
        });
        waitingBytes += image.byteLength;
        runNext();
      });
    },
    async close() {
      isClosed = true;
      for (const job of waiting.splice(0)) {
        job.reject(new InternalServerError("Vision was closed."));
      }
      abandon("was closed");
      await Promise.all(ending);
    },
  };
}
