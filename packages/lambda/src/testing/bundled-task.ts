import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { Answer } from "./answering.ts";

/** What came of one call. */
export interface BundledRun {
  /** The errorType that Lambda makes of what was thrown; undefined if nothing was. */
  error: string | undefined;
  /** What was asked of AWS, in order: `GET /landing/photo.jpg`, `POST DynamoDB_20120810.UpdateItem`. */
  requests: string[];
}

export interface BundledTask {
  /** Calls the handler; AWS answers as `answer` says, and breaks the connection where that is "broken". */
  run(event: unknown, answer: (request: string) => Answer | "broken"): Promise<BundledRun>;
  close(): void;
}

/**
 * A task as it is deployed, bundled and minified, with clients that it made by itself: what the machine
 * gets to see of AWS's errors. The answers come over HTTP from 127.0.0.1.
 * @param bundle the package's dist/index.cjs, which `build` makes
 * @param environment what the function is configured with; put into process.env
 */
export async function startBundledTask(
  bundle: URL,
  environment: Readonly<Record<string, string>> = {},
): Promise<BundledTask> {
  let answer: Parameters<BundledTask["run"]>[1] = () => "broken";
  let requests: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const path = incoming.url?.replace(/\?.*/, "");
    const request = `${incoming.method} ${incoming.headers["x-amz-target"] ?? path}`;
    requests.push(request);
    incoming.resume();
    const said = answer(request);
    if (said === "broken") return incoming.socket.destroy();
    const { status = 200, headers = {}, body = "" } = said;
    if (body instanceof Readable) return body.pipe(outgoing.writeHead(status, headers));
    const length = { "content-length": Buffer.byteLength(body), ...headers };
    return outgoing.writeHead(status, length).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  Object.assign(process.env, {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    POWERTOOLS_LOG_LEVEL: "SILENT",
    ...environment,
  });
  const { handler } = createRequire(import.meta.url)(bundle.pathname) as {
    handler(event: unknown, context: object): Promise<unknown>;
  };

  return {
    async run(event, answers) {
      answer = answers;
      requests = [];
      const error = await handler(event, {}).then(
        () => undefined,
        (thrown: Error) => thrown.name,
      );
      return { error, requests };
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
