import { once } from "node:events";
import type { AddressInfo } from "node:net";
import dynalite from "dynalite";
import { serveUntilTold } from "./serve-until-told.ts";

/** As it comes, in memory; only its tables are there at once. */
const server = dynalite({ createTableMs: 0 });
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
await serveUntilTold({ port, accessKeyId: "any", secretAccessKey: "any" }, async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});
