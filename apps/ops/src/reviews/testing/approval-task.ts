import type { ApprovalTask } from "@darkroom/workflow";

/** A photo that a person is asked about. */
export function approvalTaskOf(name: string): ApprovalTask {
  return {
    photo: {
      imageID: name.padEnd(32, "0"),
      albumID: "ann/summer",
      userID: "ann",
      s3bucket: "landing",
      s3key: `Incoming/ann/summer/${name}.jpg`,
      versionId: "v1",
      sequencer: "0",
    },
    executionArn: `arn:aws:states:us-east-1:000000000000:execution:images:${name}-r1`,
    extractedMetadata: { format: "JPEG", width: 1920, height: 1280, fileSize: 144_516 },
    moderation: {
      verdict: "suspect",
      policyVersion: "2026-05-01",
      modelVersion: "local",
      reason: "Explicit 61.3 is at or above 50",
      labels: [
        {
          name: "Exposed Buttocks or Anus",
          confidence: 60,
          parentName: "Explicit Nudity",
          taxonomyLevel: 3,
        },
        { name: "Smoking", confidence: 70.25, taxonomyLevel: 1 },
        { name: "Explicit Nudity", confidence: 61, parentName: "Explicit", taxonomyLevel: 2 },
        { name: "Explicit", confidence: 61.3, taxonomyLevel: 1 },
      ],
    },
  };
}
