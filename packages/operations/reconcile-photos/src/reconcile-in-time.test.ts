import { setTimeout as wait } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import type { LandingObject } from "./landing-objects.ts";
import { type PortsFor, reconcileInTime } from "./reconcile-in-time.ts";
import { FakePlace } from "./testing/fake-place.ts";

const ample = 60_000;
let place: FakePlace;
const portsFor: PortsFor = () => place.ports;

beforeEach(() => {
  place = new FakePlace();
});

test("what is done in time is a report as any other", async () => {
  place.put("Incoming/ann/a/1.jpg");
  expect(await reconcileInTime(ample, portsFor)).toMatchObject({
    ok: false,
    objects: 1,
    counts: { missing: 1 },
  });
});

test("when the time is up it fails, and says how far it came", async () => {
  const page: LandingObject[] = ["1", "2"].map((name) => ({
    key: `Incoming/ann/a/${name}.jpg`,
    versionId: "v1",
    lastModified: new Date(0),
  }));
  for (const { key } of page) place.row(key, {});
  // A listing that never goes on after its first page.
  const objects = {
    ...place.ports.objects,
    async *pages() {
      yield page;
      await new Promise(() => {});
    },
  };
  await expect(reconcileInTime(20, () => ({ ...place.ports, objects }))).rejects.toMatchObject({
    name: "OutOfTimeError",
    message: "the time was up after 2 objects and 0 rows: nothing is known of the rest",
  });
});

test("no time at all is not enough either, and then nothing more is asked for", async () => {
  let asked = 0;
  const ended = Promise.withResolvers<unknown>();
  const slow: PortsFor = (patient) => ({
    ...place.ports,
    objects: {
      ...place.ports.objects,
      async *pages() {
        const page = () =>
          patient(async () => {
            asked += 1;
            await wait(20);
            return [] as LandingObject[];
          });
        try {
          for (;;) yield await page();
        } finally {
          ended.resolve(undefined);
        }
      },
    },
  });
  await expect(reconcileInTime(0, slow)).rejects.toThrow("the time was up after 0 objects");
  await ended.promise;
  expect(asked).toBe(1);
});

test("an error of a service is told as it is", async () => {
  place.put("Incoming/ann/a/1.jpg");
  const denied = () => Promise.reject(new Error("denied"));
  const failing: PortsFor = () => ({ ...place.ports, polledRows: { read: denied } });
  await expect(reconcileInTime(ample, failing)).rejects.toThrow("denied");
});
