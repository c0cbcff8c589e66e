import { expect, test } from "vitest";
import { createTerminal } from "./terminal.ts";

function stream(options: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  return { ...options, written, write: (text: string) => written.push(text) };
}

test("answers go to stdout, all the rest to stderr", () => {
  const stdout = stream();
  const stderr = stream();
  const terminal = createTerminal(stdout, stderr, {});

  terminal.print("[]");
  terminal.note("a log line");
  terminal.showStatus("3 of 5");

  expect(stdout.written).toEqual(["[]\n"]);
  expect(stderr.written).toEqual(["a log line\n"]);
});

test("the status line stays below what is written, and leaves nothing behind", () => {
  const both = stream({ isTTY: true, columns: 10 });
  const terminal = createTerminal(both, both, {});

  terminal.showStatus("working on it");
  terminal.note("log");
  terminal.clearStatus();
  terminal.clearStatus();

  expect(both.written).toEqual(["working…", "\r\u001b[2K", "log\n", "working…", "\r\u001b[2K"]);
});

test("what goes into a file has no colours and no width", () => {
  const terminal = createTerminal(stream(), stream({ isTTY: true }), {});

  expect(terminal.style("red", "FAILED")).toBe("FAILED");
  expect(terminal.width).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  [{}, true],
  [{ NO_COLOR: "1" }, false],
  [{ NO_COLOR: "" }, true],
  [{ TERM: "dumb" }, false],
])("a terminal with %o has colours: %s", (env, colored) => {
  const terminal = createTerminal(stream({ isTTY: true }), stream(), env);

  expect(terminal.style("red", "FAILED") !== "FAILED").toBe(colored);
});

test("FORCE_COLOR colours a file too", () => {
  const terminal = createTerminal(stream(), stream(), { FORCE_COLOR: "1" });

  expect(terminal.style("red", "x")).toBe("\u001b[31mx\u001b[39m");
});
