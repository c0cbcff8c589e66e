import { writeSync } from "node:fs";
import type { LookRequest, LookResponse } from "./messages.ts";

/** For process-detector.test.ts: a detector's process that does what the first byte of a picture says. */

process.on("disconnect", () => process.exit());

const behaviours: Record<string, (id: number) => void> = {
  /** Finds one thing, at a place that tells the process. */
  f: (id) => answer({ id, seen: [detection(process.pid)] }),
  /** Can't read it. */
  u: (id) => answer({ id, unreadable: "premature end of JPEG image" }),
  /** Says something and is gone, as when native code crashes or memory runs out. */
  c: () => {
    writeSync(2, "free(): invalid pointer");
    process.kill(process.pid, "SIGKILL");
  },
  /** Hangs where no signal handler or message is served. */
  h: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  /** Leaves. */
  l: () => process.exit(3),
};

process.on("message", ({ id, image }: LookRequest) =>
  behaviours[String.fromCharCode(image[0] ?? 0)]?.(id),
);

function answer(response: LookResponse): void {
  process.send?.(response);
}

function detection(thing: number) {
  return { thing, confidence: 50, box: { left: 0, top: 0, width: 1, height: 1 } };
}
