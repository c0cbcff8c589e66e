import { afterEach, expect, test } from "vitest";
import type { Detector } from "../detector.ts";
import { type ProcessDetectorOptions, processDetector } from "./process-detector.ts";

const entry = new URL("./misbehaving-process.ts", import.meta.url);
const open: Detector[] = [];

function detector(options: ProcessDetectorOptions = {}): Detector {
  const made = processDetector({ entry, ...options });
  open.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((made) => made.close()));
});

const find = Buffer.from("find");
const crash = Buffer.from("crash");
const hang = Buffer.from("hang");

/** The process that answered. */
async function processOf(made: Detector): Promise<number | undefined> {
  return (await made.look("detect", find))[0]?.thing;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("takes all pictures to one process, in the order they come", async () => {
  const made = detector();
  const order: number[] = [];
  const pids = await Promise.all(
    [1, 2, 3].map(async (number) => {
      const pid = await processOf(made);
      order.push(number);
      return pid;
    }),
  );
  expect(new Set(pids).size).toBe(1);
  expect(order).toEqual([1, 2, 3]);
});

test("says of a picture that doesn't decode that its format is invalid, and why", async () => {
  await expect(detector().look("detect", Buffer.from("unreadable"))).rejects.toMatchObject({
    name: "InvalidImageFormatException",
    message: "Request has invalid image format",
    cause: "premature end of JPEG image",
  });
});

test("fails the one picture that crashes the process, and starts another for those that wait", async () => {
  const made = detector();
  const before = await processOf(made);
  const crashed = made.look("detect", crash);
  const after = processOf(made);
  await expect(crashed).rejects.toMatchObject({
    name: "InternalServerError",
    retryable: true,
    message: "The process that looks at pictures ended with SIGKILL; try again.",
    cause: "free(): invalid pointer",
  });
  expect(await after).not.toBe(before);
});

test("tells the exit code of a process that leaves", async () => {
  await expect(detector().look("detect", Buffer.from("leave"))).rejects.toThrow(
    "ended with exit code 3",
  );
});

test("ends a process that hangs, and goes on with another", async () => {
  let expire = () => {};
  const setDeadline = (callback: () => void) => {
    expire = callback;
    return () => {};
  };
  const made = detector({ timeoutMs: 5000, setDeadline });
  const before = (await processOf(made)) ?? 0;
  const hung = made.look("detect", hang);
  const after = processOf(made);
  expire();
  await expect(hung).rejects.toMatchObject({
    name: "InternalServerError",
    message: "The process that looks at pictures took more than 5000 ms; try again.",
  });
  expect(await after).not.toBe(before);
  await expect.poll(() => isRunning(before)).toBe(false);
});

test("fails each call, and ends, where the process can't be started", async () => {
  const made = detector({ entry: new URL("./nothing-here.ts", import.meta.url) });
  await expect(made.look("detect", find)).rejects.toThrow("ended with exit code 1");
  await expect(made.look("detect", find)).rejects.toMatchObject({
    cause: expect.stringContaining("nothing-here.ts"),
  });
});

test("refuses a picture when as many wait as may, by number or by bytes", async () => {
  for (const queue of [
    { images: 1, bytes: 100 },
    { images: 100, bytes: find.length },
  ]) {
    const made = detector({ queue });
    const accepted = [made.look("detect", find), made.look("detect", find)];
    await expect(made.look("detect", find)).rejects.toMatchObject({
      name: "ThrottlingException",
      retryable: true,
    });
    await Promise.all(accepted);
    await made.look("detect", find);
  }
});

test("close fails what is under way and what waits, leaves no process, and refuses what comes", async () => {
  const made = detector();
  const pid = (await processOf(made)) ?? 0;
  const calls = Promise.allSettled([made.look("detect", hang), made.look("detect", find)]);
  await made.close();
  expect(isRunning(pid)).toBe(false);
  expect(await calls).toEqual([
    { status: "rejected", reason: expect.objectContaining({ name: "InternalServerError" }) },
    { status: "rejected", reason: expect.objectContaining({ name: "InternalServerError" }) },
  ]);
  await expect(made.look("detect", find)).rejects.toThrow("Vision is closed.");
  await made.close();
});
