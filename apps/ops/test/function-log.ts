import { createHash, createHmac } from "node:crypto";
import { z } from "zod";
import type { DarkroomProcess } from "./darkroom-process.ts";

const answer = z.object({
  events: z.array(z.object({ message: z.string() })),
  nextToken: z.string().optional(),
});

/** The lines in the log of one of the stack's functions, e.g. `StartExecution`. */
export async function functionLog(darkroom: DarkroomProcess, name: string): Promise<string[]> {
  const functionName = darkroom.variable("DARKROOM_START_FUNCTION").replace("StartExecution", name);
  const lines: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = answer.parse(
      await call(darkroom, "FilterLogEvents", {
        logGroupName: `/aws/lambda/${functionName}`,
        nextToken,
      }),
    );
    lines.push(...page.events.map(({ message }) => message));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return lines;
}

/** Calls CloudWatch Logs, signed as https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html says. */
async function call(darkroom: DarkroomProcess, action: string, input: object): Promise<unknown> {
  const url = new URL(darkroom.variable("AWS_ENDPOINT_URL"));
  const region = darkroom.variable("AWS_REGION");
  const body = JSON.stringify(input);
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Buffer, text: string) =>
    createHmac("sha256", key).update(text).digest();

  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = [time.slice(0, 8), region, "logs", "aws4_request"];
  const signedHeaders = "host;x-amz-date;x-amz-target";
  const target = `Logs_20140328.${action}`;
  const canonical = [
    "POST",
    "/",
    "",
    `host:${url.host}`,
    `x-amz-date:${time}`,
    `x-amz-target:${target}`,
    "",
    signedHeaders,
    sha256(body),
  ].join("\n");
  const key = scope.reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${darkroom.variable("AWS_SECRET_ACCESS_KEY")}`,
  );
  const toSign = ["AWS4-HMAC-SHA256", time, scope.join("/"), sha256(canonical)].join("\n");
  const credential = `${darkroom.variable("AWS_ACCESS_KEY_ID")}/${scope.join("/")}`;
  const signature = hmac(key, toSign).toString("hex");

  const response = await fetch(url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-date": time,
      "x-amz-target": target,
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    },
  });
  if (!response.ok) throw new Error(`${action}: ${response.status} ${await response.text()}`);
  return response.json();
}
