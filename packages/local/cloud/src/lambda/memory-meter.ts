import { execFile } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";

export interface MemoryMeter {
  /** Resident megabytes: what the process has now, and the most it has had. */
  read(): { readonly usedMb: number; readonly peakMb: number };
  close(): void;
}

/** Measures another process: by /proc where that is (some microseconds), else by `ps`, which answers one reading late. */
export function createMemoryMeter(pid: number): MemoryMeter {
  return process.platform === "linux" ? procMeter(pid) : psMeter(pid);
}

const status = Buffer.alloc(4096);

function procMeter(pid: number): MemoryMeter {
  let file: number | undefined;
  let last = { usedMb: 0, peakMb: 0 };
  try {
    file = openSync(`/proc/${pid}/status`, "r");
  } catch {
    // The process has ended already: nothing is left to measure.
  }
  return {
    read() {
      if (file === undefined) return last;
      let text: string;
      try {
        text = status.toString("latin1", 0, readSync(file, status, 0, status.length, 0));
      } catch {
        return last;
      }
      const usedMb = megabytes(text, "VmRSS");
      const peakMb = megabytes(text, "VmHWM");
      // A process that is about to go has no memory any more, and its status no such lines.
      if (!Number.isNaN(usedMb)) last = { usedMb, peakMb };
      return last;
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

function megabytes(text: string, field: string): number {
  const start = text.indexOf(`\n${field}:`);
  return start < 0 ? Number.NaN : Number.parseInt(text.slice(start + field.length + 2), 10) / 1024;
}

/** Starting `ps` costs some milliseconds. */
const psIntervalMs = 500;

function psMeter(pid: number): MemoryMeter {
  let last = { usedMb: 0, peakMb: 0 };
  let nextMs = 0;
  return {
    read() {
      if (performance.now() >= nextMs) {
        nextMs = performance.now() + psIntervalMs;
        execFile("ps", ["-o", "rss=", "-p", String(pid)], (_error, output) => {
          const usedMb = Number.parseInt(output, 10) / 1024;
          if (!Number.isNaN(usedMb)) last = { usedMb, peakMb: Math.max(last.peakMb, usedMb) };
        });
      }
      return last;
    },
    close() {},
  };
}
