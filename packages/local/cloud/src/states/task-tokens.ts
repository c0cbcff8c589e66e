import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { invalidTaskToken } from "./errors.ts";

const secretBytes = 32;
const signatureBytes = 32;

export interface TaskTokens {
  /** @param id of the task, unique within its execution and the same after a restart */
  issue(executionArn: string, id: string): string;
  /**
   * @returns the execution that the token was issued for, whether or not it waits still
   * @throws AwsError InvalidToken for what was never issued here
   */
  executionOf(token: string): string;
}

/**
 * Task tokens say themselves for which execution they are, under a signature, so that nothing is kept of them: with the
 * longest names, about 1,100 of the 2,048 characters that AWS allows
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html).
 * @param file holds the secret; made when it isn't there
 */
export function openTaskTokens(file: string): TaskTokens {
  const secret = loadSecret(file);
  const sign = (content: Buffer): Buffer => createHmac("sha256", secret).update(content).digest();

  return {
    issue(executionArn, id) {
      const content = Buffer.from(JSON.stringify([executionArn, id]));
      // The content comes first: a token that began with a hyphen would be an option to a command line.
      return Buffer.concat([content, sign(content)]).toString("base64url");
    },

    executionOf(token) {
      const bytes = Buffer.from(token, "base64url");
      const content = bytes.subarray(0, -signatureBytes);
      // Decoding passes over what is no base64url: one token has one spelling.
      const isToken =
        bytes.length > signatureBytes &&
        bytes.toString("base64url") === token &&
        timingSafeEqual(sign(content), bytes.subarray(-signatureBytes));
      if (!isToken) throw invalidTaskToken();
      return JSON.parse(content.toString())[0];
    },
  };
}

/** A new secret would make all tokens invalid that are out there: a file that can't be read is an error. */
function loadSecret(file: string): Buffer {
  if (existsSync(file)) {
    const secret = Buffer.from(readFileSync(file, "utf8"), "base64");
    if (secret.length === secretBytes) return secret;
    throw new Error(
      `${file} is damaged, and with it all task tokens: put back a copy of the whole data folder, or delete this file to give up the tasks that wait for an answer.`,
    );
  }
  const secret = randomBytes(secretBytes);
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, secret.toString("base64"), { mode: 0o600, flush: true });
  renameSync(unfinished, file);
  return secret;
}
