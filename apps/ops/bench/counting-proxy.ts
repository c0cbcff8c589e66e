import { createServer, request as forward } from "node:http";
import { listening } from "./listening.ts";

export interface CountingProxy extends AsyncDisposable {
  readonly url: string;
  /** Since the last call, by method. */
  take(): ReadonlyMap<string, number>;
}

/**
 * Hands requests on to an endpoint of this machine as they are, and counts them. The `Host` header stays, which is
 * part of what is signed.
 */
export async function countingProxy(endpoint: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(endpoint);
  let counts = new Map<string, number>();
  const server = createServer((incoming, answer) => {
    const { method = "", url = "", headers } = incoming;
    counts.set(method, (counts.get(method) ?? 0) + 1);
    const onward = forward({ hostname, port, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
      response.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  });
  const url = await listening(server);
  return {
    url,
    take() {
      const taken = counts;
      counts = new Map();
      return taken;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
