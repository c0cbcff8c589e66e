import { spawn } from "node:child_process";
import { createWriteStream, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { ApprovalTask, ImageFormat } from "@darkroom/workflow";

/** A photo's original on this machine, for its reviewer alone. */
export interface Picture {
  readonly path: string;
  remove(): Promise<void>;
}

export interface Pictures {
  /** Brings the very version that is asked about. */
  fetch(task: ApprovalTask, signal: AbortSignal): Promise<Picture>;
}

/** By its content: the name that its user gave it may say anything. */
const extensions: Record<ImageFormat, string> = {
  JPEG: "jpg",
  PNG: "png",
  WEBP: "webp",
  GIF: "gif",
  TIFF: "tiff",
  HEIC: "heic",
  AVIF: "avif",
};

/** @param parent where the temporary folders are made */
export function s3Pictures(s3: S3Client, parent: string = tmpdir()): Pictures {
  return {
    async fetch({ photo, extractedMetadata }, signal) {
      const { s3bucket: Bucket, s3key: Key, versionId } = photo;
      // mkdtemp makes it for its owner alone.
      const folder = await mkdtemp(join(parent, "darkroom-review-"));
      const removeNow = () => rmSync(folder, { recursive: true, force: true });
      process.once("exit", removeNow);
      const picture = {
        path: join(folder, `photo.${extensions[extractedMetadata.format]}`),
        async remove() {
          process.off("exit", removeNow);
          await rm(folder, { recursive: true, force: true });
        },
      };
      try {
        const { Body } = await s3.send(
          new GetObjectCommand({
            Bucket,
            Key,
            // Objects of a bucket without versions have none to ask for.
            ...(versionId === "null" ? {} : { VersionId: versionId }),
          }),
          { abortSignal: signal },
        );
        const file = createWriteStream(picture.path, { flags: "wx", mode: 0o600 });
        await pipeline(Body as Readable, file, { signal });
        return picture;
      } catch (error) {
        await picture.remove();
        throw error;
      }
    },
  };
}

/** The programs that open a file as its user would by a double click. */
const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["explorer.exe"],
};

/** @returns what is wrong when it couldn't be opened */
export function openPicture(
  path: string,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  const [command, ...args] = openers[platform] ?? ["xdg-open"];
  return new Promise((resolve) => {
    const child = spawn(command, [...args, path], { stdio: "ignore", detached: true });
    child.once("spawn", () => resolve(undefined));
    child.once("error", () => resolve(`${command} can't be run`));
    child.unref();
  });
}
