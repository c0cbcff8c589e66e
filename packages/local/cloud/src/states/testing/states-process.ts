/** Step Functions alone, in a process that a test can kill: argv is the database's file and that of the operator's key. */

import { systemClock } from "../../system-clock.ts";
import { place, serve } from "../../testing/test-endpoint.ts";
import { createStates } from "../states-service.ts";

const [, , databaseFile = "", keyFile = ""] = process.argv;

const states = createStates({
  place,
  databaseFile,
  clock: systemClock(),
  services: {
    invokeFunction: () => Promise.reject(new Error("no function here")),
    services: new Map(),
    callAs: () => endpoint.callAs(),
  },
  requireTrust() {},
  requireLogDelivery() {},
  putEvent() {},
  putLogEvents() {},
  onFault: (error) => console.error(error),
});
states.putActivity({ name: "approve" });
const endpoint = await serve([states.service], { keyFile });
states.start();
console.log(JSON.stringify(endpoint.client));
