import { expect, test } from "vitest";
import { claimJson, claimLines, fileOf, labelLines } from "./claim-lines.ts";
import { approvalTaskOf } from "./testing/approval-task.ts";

const task = approvalTaskOf("beach");
const claim = { taskToken: "token", task, deadline: new Date("2026-05-01T10:10:00.250Z") };
const style = (_: string, text: string) => text;

test("a reviewer sees which photo it is, what was seen in it, why they are asked and until when", () => {
  expect(claimLines(claim, { style, width: 100 })).toEqual([
    "beach.jpg",
    "  key     Incoming/ann/summer/beach.jpg",
    "  version v1",
    "  user    ann",
    "  album   ann/summer",
    "  picture JPEG 1920×1280, 145 kB",
    "  labels  Smoking 70.3 %",
    "          Explicit 61.3 %",
    "            Explicit Nudity 61.0 %",
    "              Exposed Buttocks or Anus 60.0 %",
    "  asked   Explicit 61.3 is at or above 50 (policy 2026-05-01, model local)",
    "  yours   until 2026-05-01 10:10:00Z",
  ]);
});

test("what a key may hold can't rewrite the screen", () => {
  const odd = approvalTaskOf("\u001b[2J");
  expect(claimLines({ ...claim, task: odd }, { style, width: 100 }).join("")).not.toContain(
    "\u001b",
  );
});

test("as JSON it has all that a script needs, on one level", () => {
  expect(claimJson(claim)).toEqual({
    taskToken: "token",
    file: "beach.jpg",
    s3key: "Incoming/ann/summer/beach.jpg",
    s3bucket: "landing",
    versionId: "v1",
    imageID: task.photo.imageID,
    userID: "ann",
    albumID: "ann/summer",
    executionArn: task.executionArn,
    moderation: task.moderation,
    extractedMetadata: task.extractedMetadata,
    leaseSeconds: 600,
    deadline: "2026-05-01T10:10:00.250Z",
  });
});

test("a file in folders below its album keeps them", () => {
  const photo = { ...task.photo, s3key: "Incoming/ann/summer/card1/a.jpg" };
  expect(fileOf({ ...task, photo })).toBe("card1/a.jpg");
});

test("labels whose parents make a circle, or aren't there, are shown once each", () => {
  const label = (name: string, parentName: string) => ({
    name,
    parentName,
    confidence: 50,
    taxonomyLevel: 2,
  });
  const lines = labelLines([label("A", "B"), label("B", "A"), label("C", "Gone")]);
  expect(lines.map((line) => line.trim()).sort()).toEqual(["A 50.0 %", "B 50.0 %", "C 50.0 %"]);
});
