import { expect, test } from "vitest";
import { syncRequest } from "./contracts.ts";
import { orphansRefused } from "./orphans-refused.ts";

const sync = syncRequest.parse({ source: "from", destination: "into", deleteOrphans: true });

test.each([
  [0, 0, 0.1, false],
  [10, 100, 0.1, false],
  [11, 100, 0.1, true],
  [1, 1, 0, true],
  [5, 5, 1, false],
])("%i orphans of %i objects with a share of %d: refused is %j", (...row) => {
  const [orphans, destinationListed, maximumOrphanShare, refused] = row;
  const request = { ...sync, maximumOrphanShare };
  expect(orphansRefused(request, { orphans, destinationListed })).toBe(refused);
});

test("nothing is refused where nothing is to be deleted", () => {
  const request = { ...sync, deleteOrphans: false };
  expect(orphansRefused(request, { orphans: 9, destinationListed: 9 })).toBe(false);
});
