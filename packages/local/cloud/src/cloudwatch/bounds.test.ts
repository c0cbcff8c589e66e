import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { createExpiry } from "./expiry.ts";
import type { Series } from "./metric.ts";
import { createRecorder } from "./recorder.ts";
import { type MetricStore, openMetricStore } from "./store.ts";

let store: MetricStore;
let clock: FakeClock;
let faults: unknown[];
const onFault = (error: unknown): void => void faults.push(error);

beforeEach(() => {
  store = openMetricStore(join(temporaryFolder(), "cloudwatch.sqlite"));
  clock = createFakeClock();
  faults = [];
});
afterEach(() => store.close());

const series = (name: string): Series => ({
  namespace: "Mine",
  name,
  dimensions: [],
  unit: "None",
});
const pointsOf = (name: string): number[] =>
  store
    .seriesOf(series(name))
    .flatMap(({ id }) => [...store.points(id, 0, Number.MAX_SAFE_INTEGER)].map(({ sum }) => sum));

test("what is recorded is written once a second, the values of a minute as one point", async () => {
  const recorder = createRecorder({ store, clock, onFault });
  for (let n = 1; n <= 3; n++) recorder.add(series("a"), n, clock.now());
  expect(pointsOf("a")).toEqual([]);

  await clock.advance(1000);
  expect(pointsOf("a")).toEqual([6]);
  recorder.add(series("a"), 4, clock.now());
  await clock.advance(1000);
  expect(pointsOf("a")).toEqual([10]);
});

test("beyond 10,000 metrics those of new names are dropped, which is told once", () => {
  const recorder = createRecorder({ store, clock, onFault });
  for (let n = 0; n < 10_002; n++) recorder.add(series(`m${n}`), 1, clock.now());
  recorder.flush();
  recorder.add(series("m0"), 1, clock.now());
  recorder.flush();

  expect(store.seriesCount()).toBe(10_000);
  expect(pointsOf("m0")).toEqual([2]);
  expect(pointsOf("m10001")).toEqual([]);
  expect(faults).toEqual([expect.stringContaining("10000 metrics")]);
});

test("beyond the limit of points the oldest go", () => {
  const recorder = createRecorder({ store, clock, onFault });
  for (let n = 0; n < 20; n++) recorder.add(series("a"), n, clock.now() - n * 60_000);
  recorder.flush();
  const expiry = createExpiry({ store, clock, onFault, maximumPoints: 5 });
  expiry.start();
  expiry.close();

  expect(pointsOf("a")).toEqual([4, 3, 2, 1, 0]);
});

test("many minutes become hours without one step that takes long, and nothing of them is lost", async () => {
  const recorder = createRecorder({ store, clock, onFault });
  for (let n = 0; n < 6000; n++) recorder.add(series("a"), 1, clock.now() + n * 60_000);
  recorder.flush();
  await clock.advance(30 * 86_400_000);
  const expiry = createExpiry({ store, clock, onFault });
  expiry.start();
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  expiry.close();

  expect(pointsOf("a")).toEqual(new Array(100).fill(60));
});
