import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { namedConnectionFailure } from "./connection-failure.ts";

/** What fetching from a port nobody listens at comes to, by its cause. */
async function refused(): Promise<unknown> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  const port = typeof address === "object" ? address?.port : undefined;
  return fetch(`http://127.0.0.1:${port}`).catch((error: Error) => error.cause);
}

test("a connection that is refused has the name that the machine knows, and its own words", async () => {
  const error = await refused();
  expect(namedConnectionFailure(error)).toMatchObject({
    name: "ConnectionError",
    message: expect.stringMatching(/^no connection to the service \(ECONNREFUSED\): /),
    cause: error,
  });
});

test("one that failed at every address of a host says so without a message of its own", () => {
  const error = Object.assign(new AggregateError([]), { code: "ETIMEDOUT" });
  expect(namedConnectionFailure(error)).toMatchObject({
    message: "no connection to the service (ETIMEDOUT)",
  });
});

test.each([new Error("broken"), Object.assign(new Error("disk"), { code: "ENOSPC" }), "text"])(
  "%s stays what it is",
  (error) => {
    expect(namedConnectionFailure(error)).toBe(error);
  },
);
