import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html: one event, with its overhead of 26. */
const maximumLineLength = 262_144 - 26;

/** So much of a function's output is taken in at once; a function that writes faster is made to wait. */
const bytesPerWindow = 1024 * 1024;
const windowMs = 100;

/**
 * Reads what a process writes, line by line. A marker, which the runtime writes at the end of each invocation, says that
 * all output of the invocation has been read, a last line without an end included.
 */
export function readOutput(
  stream: Readable,
  marker: string,
  on: { lines(lines: readonly string[]): void; marker(): void },
): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";

  /** Splits off complete lines; `last` says that what remains will not be continued. */
  function split(text: string, last: boolean): void {
    const lines = text.split("\n");
    rest = lines.pop() ?? "";
    if (last || rest.length > maximumLineLength) {
      lines.push(rest);
      rest = "";
    }
    const written = lines.filter((line) => line !== "").flatMap(cut);
    if (written.length > 0) on.lines(written);
  }

  throttle(stream, (chunk) => {
    rest += decoder.write(chunk);
    for (;;) {
      const at = rest.indexOf(marker);
      if (at < 0) break;
      const after = rest.slice(at + marker.length);
      split(rest.slice(0, at), true);
      on.marker();
      rest = after;
    }
    split(rest, false);
  });
  stream.on("end", () => split(rest + decoder.end(), true));
}

/** A line break inside a message came as CR, as Lambda's runtime writes it. */
function cut(line: string): string[] {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  const whole = text.replaceAll("\r", "\n");
  const parts: string[] = [];
  for (let start = 0; start < whole.length; start += maximumLineLength) {
    parts.push(whole.slice(start, start + maximumLineLength));
  }
  return parts;
}

function throttle(stream: Readable, onData: (chunk: Buffer) => void): void {
  let windowStart = 0;
  let taken = 0;
  stream.on("data", (chunk: Buffer) => {
    const now = performance.now();
    if (now - windowStart > windowMs) {
      windowStart = now;
      taken = 0;
    }
    taken += chunk.length;
    onData(chunk);
    if (taken > bytesPerWindow) {
      stream.pause();
      setTimeout(() => stream.resume(), windowMs);
    }
  });
}
