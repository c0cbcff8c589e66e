import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadStack } from "@darkroom/cloud";
import { describe, expect, test } from "vitest";
import { outputFolder, stackName } from "../locations.ts";
import { outputNames } from "../outputs.ts";
import {
  functions,
  only,
  resources,
  strings,
  synthesizedStack,
} from "../testing/synthesized-stack.ts";

const stack = synthesizedStack();

describe("the Terraform JSON", () => {
  test("is the same bytes each time", () => {
    expect(synthesizedStack().json).toBe(stack.json);
  });

  test("has no absolute path in it", () => {
    const absolute = strings(JSON.parse(stack.json)).filter((text) => /^(\/|[A-Z]:)/.test(text));
    // A hash in base64 may begin with a slash.
    const sha256 = /^[A-Za-z0-9+/]{43}=$/;
    expect(absolute.filter((text) => !text.startsWith("/aws/") && !sha256.test(text))).toEqual([]);
  });

  test("has no expression but plain references", () => {
    const expressions = strings(JSON.parse(stack.json)).flatMap((text) => [
      ...(text.match(/[$%]+\{[^}]*\}?/g) ?? []),
    ]);
    expect(expressions.length).toBeGreaterThan(0);
    for (const expression of expressions) {
      expect(expression).toMatch(/^\$\{(data\.)?[a-z0-9_]+\.[a-z0-9_]+\.[a-z0-9_]+\}$/);
    }
  });

  test("asks AWS for nothing but who, where and which partition", () => {
    expect(Object.keys(stack.data).sort()).toEqual([
      "aws_caller_identity",
      "aws_partition",
      "aws_region",
    ]);
  });

  test("has no circle, with what it merely waits for counted in", () => {
    const needs = new Map(
      Object.entries(stack.resource).flatMap(([type, byName]) =>
        Object.entries(byName).map(([name, attributes]) => [
          `${type}.${name}`,
          strings(attributes).flatMap((text) => [
            ...[...text.matchAll(/\$\{(\w+\.\w+)\.\w+\}/g)].map(([, address]) => address ?? ""),
            ...(/^aws_\w+\.\w+$/.test(text) ? [text] : []),
          ]),
        ]),
      ),
    );
    const visit = (address: string, path: readonly string[]): void => {
      expect(path).not.toContain(address);
      for (const needed of needs.get(address) ?? []) visit(needed, [...path, address]);
    };
    for (const address of needs.keys()) visit(address, []);
  });

  test.each([
    ["dev", "us-east-1"],
    ["prod", "eu-central-1"],
  ])("can be applied by the local cloud (%s in %s)", (stage, region) => {
    const { json } = synthesizedStack({ stage, region });

    const { draft, outputs } = loadStack(json, "000000000000");

    expect([...draft.functions.keys()].sort()).toEqual(
      [
        "CopyObjects",
        "DeleteOrphans",
        "DetectLabels",
        "DetectModeration",
        "ExtractMetadata",
        "FindBucketRegion",
        "GenerateThumbnails",
        "ListDifferences",
        "PersistMetadata",
        "QuarantinePhoto",
        "ReconcilePhotos",
        "RecordFailure",
        "RecordReview",
        "StartExecution",
        "WriteReport",
      ].map((name) => `darkroom-${stage}-${name}`),
    );
    expect(Object.fromEntries(outputs)).toEqual({
      [outputNames.DARKROOM_LANDING_BUCKET]: `darkroom-${stage}-landing-000000000000-${region}`,
      [outputNames.DARKROOM_IMAGE_TABLE]: `darkroom-${stage}-ImageMetadata`,
      [outputNames.DARKROOM_ALBUM_TABLE]: `darkroom-${stage}-AlbumMetadata`,
      [outputNames.DARKROOM_IMAGE_MACHINE_ARN]: `arn:aws:states:${region}:000000000000:stateMachine:darkroom-${stage}-image-processing`,
      [outputNames.DARKROOM_SYNC_MACHINE_ARN]: `arn:aws:states:${region}:000000000000:stateMachine:darkroom-${stage}-sync-buckets`,
      [outputNames.DARKROOM_RUN_BUCKET]: `darkroom-${stage}-runs-000000000000-${region}`,
      [outputNames.DARKROOM_APPROVAL_ACTIVITY_ARN]: `arn:aws:states:${region}:000000000000:activity:darkroom-${stage}-sendToApproval`,
      [outputNames.DARKROOM_DECISION_TABLE]: `darkroom-${stage}-ReviewDecisions`,
      [outputNames.DARKROOM_EVENT_QUEUE]: `darkroom-${stage}-photo-events`,
      [outputNames.DARKROOM_START_FUNCTION]: `darkroom-${stage}-StartExecution`,
    });
  });

  test("names archives by their paths from the stack's folder, with the hash of what is there", () => {
    for (const { filename, source_code_hash } of functions(stack).values()) {
      const archive = readFileSync(resolve(stack.folder, filename));
      expect(createHash("sha256").update(archive).digest("base64")).toBe(source_code_hash);
    }
  });
});

describe("names", () => {
  /** 64 is the least of the others': of functions, roles and rules. */
  const longestName: Record<string, number> = { aws_s3_bucket: 63, aws_cloudwatch_log_group: 512 };
  const longest = { stage: "a-stage-of-sixte", region: "ap-northeast-1" };
  const named = synthesizedStack(longest);
  const names = Object.entries(named.resource).flatMap(([type, byName]) =>
    ["name", "function_name", "alarm_name", "bucket"].flatMap((attribute) =>
      Object.values(byName).flatMap((attributes) => {
        const name = attributes[attribute];
        return typeof name === "string" && !name.startsWith("${") ? [[type, name] as const] : [];
      }),
    ),
  );

  test("fit what AWS allows, also with the longest stage and region", () => {
    expect(names.length).toBeGreaterThan(30);
    for (const [type, name] of names) {
      const whole = name
        .replace("${data.aws_caller_identity.current.account_id}", "0".repeat(12))
        .replace("${data.aws_region.current.region}", longest.region);
      expect(whole, name).not.toContain("$");
      expect(whole.length, name).toBeLessThanOrEqual(longestName[type] ?? 64);
    }
  });

  test("begin with the project and the stage, and log groups with their service", () => {
    const policies = new Set(["aws_iam_role_policy"]);
    for (const [type, name] of names.filter(([type]) => !policies.has(type))) {
      const own = type === "aws_cloudwatch_log_group" ? name.split("/").at(-1) : name;
      expect(own).toMatch(/^darkroom-a-stage-of-sixte-/);
    }
  });
});

describe("what holds photos and rows", () => {
  test.each([
    ["prod", true],
    ["dev", false],
  ])("in %s refuses to be deleted: %s", (stage, isProtected) => {
    const staged = synthesizedStack({ stage, region: "us-east-1" });
    for (const table of resources<object>(staged, "aws_dynamodb_table").values()) {
      expect(table).toMatchObject({ deletion_protection_enabled: isProtected });
    }
    for (const bucket of resources<object>(staged, "aws_s3_bucket").values()) {
      expect(bucket).toMatchObject({ force_destroy: !isProtected });
    }
  });

  test("is encrypted, and tables can be restored", () => {
    for (const table of resources<object>(stack, "aws_dynamodb_table").values()) {
      expect(table).toMatchObject({
        billing_mode: "PAY_PER_REQUEST",
        point_in_time_recovery: { enabled: true },
        server_side_encryption: { enabled: true },
      });
    }
    for (const encryption of ofEachBucket("aws_s3_bucket_server_side_encryption_configuration")) {
      expect(encryption).toMatchObject({
        rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }],
      });
    }
  });

  test("buckets are private and their owner's alone, and that of the photos versioned", () => {
    for (const privacy of ofEachBucket("aws_s3_bucket_public_access_block")) {
      expect(privacy).toMatchObject({
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      });
    }
    expect(only(stack, "aws_s3_bucket_versioning")).toMatchObject({
      versioning_configuration: { status: "Enabled" },
    });
    for (const ownership of ofEachBucket("aws_s3_bucket_ownership_controls")) {
      expect(ownership).toMatchObject({ rule: { object_ownership: "BucketOwnerEnforced" } });
    }
  });
});

describe("Terraform's state", () => {
  test("is a file of the stage's own, outside what a synth writes", () => {
    const { backend } = stack.terraform as { backend: { local: { path: string } } };
    const folder = join(outputFolder, "stacks", stackName);
    expect(resolve(folder, backend.local.path)).toBe(
      resolve(outputFolder, "../terraform.dev.tfstate"),
    );
  });

  test("is in a bucket, encrypted and locked, where one is given", () => {
    const kept = synthesizedStack({ stage: "dev", region: "eu-west-1", stateBucket: "states" });
    expect(kept.terraform.backend).toEqual({
      s3: {
        bucket: "states",
        key: "darkroom/dev.tfstate",
        region: "eu-west-1",
        encrypt: true,
        use_lockfile: true,
      },
    });
  });
});

/** What every bucket must have one of. */
function ofEachBucket(type: string): object[] {
  const all = [...resources<{ bucket: string }>(stack, type).values()];
  expect(all.map(({ bucket }) => bucket).toSorted()).toEqual(
    [...resources(stack, "aws_s3_bucket").keys()].map((name) => `\${aws_s3_bucket.${name}.id}`),
  );
  return all;
}
