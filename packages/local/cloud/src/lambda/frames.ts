import type { Readable } from "node:stream";
import { z } from "zod";

/**
 * What goes between the host and a function's process: a header as JSON and a body of text, each with its length in
 * front (two 32-bit numbers, little-endian), so that a payload of megabytes is never escaped or searched.
 */
export interface InvocationHeader {
  readonly requestId: string;
  readonly functionArn: string;
  /** Epoch milliseconds at which the host will kill the process. */
  readonly deadlineMs: number;
  readonly traceId: string;
  readonly clientContext?: unknown;
  /** What is thrown in the handler's place. */
  readonly fault?: { readonly errorType: string; readonly errorMessage: string };
}

const reply = z.strictObject({
  /**
   * `ready`: the handler is loaded. `result`: what the handler returned. `error`: what it threw.
   * `fatal`: why the process is about to exit.
   */
  kind: z.enum(["ready", "result", "error", "fatal"]),
});

export type ReplyKind = z.infer<typeof reply>["kind"];

/** A response is at most 6 MB, an error a little more than its text: what is larger is no frame of our runtime. */
const maximumFrameBytes = 16 * 1024 * 1024;

export function encodeFrame(header: InvocationHeader, body: string): Buffer {
  const headerBytes = Buffer.from(JSON.stringify(header));
  const bodyLength = Buffer.byteLength(body);
  const frame = Buffer.allocUnsafe(8 + headerBytes.length + bodyLength);
  frame.writeUInt32LE(headerBytes.length, 0);
  frame.writeUInt32LE(bodyLength, 4);
  headerBytes.copy(frame, 8);
  frame.write(body, 8 + headerBytes.length, "utf8");
  return frame;
}

/** Calls `onReply` for each frame of the stream; `onBroken` once when what comes is no frame. */
export function readReplies(
  stream: Readable,
  onReply: (kind: ReplyKind, body: string) => void,
  onBroken: (error: unknown) => void,
): void {
  let parts: Buffer[] = [];
  let size = 0;
  let wanted = 8;
  stream.on("data", (part: Buffer) => {
    parts.push(part);
    size += part.length;
    try {
      while (size >= wanted) {
        const all = Buffer.concat(parts, size);
        parts = [all];
        const headerEnd = 8 + all.readUInt32LE(0);
        const end = headerEnd + all.readUInt32LE(4);
        if (end > maximumFrameBytes) throw new Error(`a frame of ${end} bytes`);
        if (size < end) {
          wanted = end;
          return;
        }
        const { kind } = reply.parse(JSON.parse(all.toString("utf8", 8, headerEnd)));
        const body = all.toString("utf8", headerEnd, end);
        parts = [all.subarray(end)];
        size -= end;
        wanted = 8;
        onReply(kind, body);
      }
    } catch (error) {
      stream.removeAllListeners("data");
      stream.resume();
      onBroken(error);
    }
  });
}
