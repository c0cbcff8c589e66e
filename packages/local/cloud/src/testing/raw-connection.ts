import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { TestEndpoint } from "./test-endpoint.ts";

/** A socket, for what no HTTP client would send. */
interface RawConnection {
  readonly socket: Socket;
  /** All that has come, once it holds `end`, or the other side has closed. */
  until(end?: string): Promise<string>;
}

export async function openRaw(client: TestEndpoint["client"]): Promise<RawConnection> {
  const socket = connect(Number(new URL(client.endpoint).port), "127.0.0.1");
  let text = "";
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const one of [...waiting]) one();
  };
  socket.on("data", (data) => {
    text += data.toString("latin1");
    look();
  });
  // A reset is an end like any other here.
  socket.on("error", () => {});
  socket.on("close", look);
  await once(socket, "connect");
  return {
    socket,
    until: (end) =>
      new Promise((resolve) => {
        const one = (): void => {
          if (!socket.closed && (end === undefined || !text.includes(end))) return;
          waiting.delete(one);
          resolve(text);
        };
        waiting.add(one);
        one();
      }),
  };
}

/** Sends these bytes, and gives back all that comes until the other side closes or the answer holds `end`. */
export async function exchange(
  client: TestEndpoint["client"],
  bytes: string | Uint8Array,
  end?: string,
): Promise<string> {
  const { socket, until } = await openRaw(client);
  socket.write(bytes);
  const text = await until(end);
  socket.destroy();
  return text;
}
