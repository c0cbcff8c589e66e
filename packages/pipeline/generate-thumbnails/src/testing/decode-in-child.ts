import { readFileSync } from "node:fs";
import { decodingBytes } from "@darkroom/lambda";
import sharp from "sharp";
import { renderPictures } from "../render-pictures.ts";

/**
 * Decodes the file that its argument names, as the function does, and writes what that took as one line
 * of JSON. A process of its own, since a peak can't be reset; Linux alone tells it.
 */
sharp.cache(false);
sharp.concurrency(1);

const status = (field: "VmRSS" | "VmHWM") => {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(
    readFileSync("/proc/self/status", "utf8"),
  );
  return Number(line?.[1]) * 1024;
};

const bytes = readFileSync(process.argv[2] ?? "");
const header = await sharp(bytes).metadata();
const before = status("VmRSS");
await renderPictures(bytes, Number.POSITIVE_INFINITY);
const peak = status("VmHWM");
console.log(JSON.stringify({ estimated: decodingBytes(header), taken: peak - before, peak }));
