import { startFauxqs } from "fauxqs";
import { serveUntilTold } from "./serve-until-told.ts";

/** As it comes, in memory, but for its log: that alone would cost it half of its speed. */
const server = await startFauxqs({ port: 0, logger: false });
await serveUntilTold({ port: server.port, accessKeyId: "any", secretAccessKey: "any" }, () =>
  server.stop(),
);
