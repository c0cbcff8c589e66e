import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsCli, type ClientTarget, openClientTarget } from "./client-target.ts";
import { isMissing } from "./find-client.ts";
import { limitMs } from "./run-client.ts";

describe.skipIf(isMissing("version 2 of the AWS CLI", awsCli))(
  "aws s3api",
  { timeout: limitMs },
  () => {
    let target: ClientTarget;
    const s3api = (command: string, bucket: string, ...args: string[]) =>
      target.awsJson("s3api", command, "--bucket", bucket, ...args);

    beforeAll(async () => {
      target = await openClientTarget();
      writeFileSync(target.file("one.txt"), "one");
      writeFileSync(target.file("two.txt"), "two");
      await Promise.all(
        ["objects", "tagged", "versioned", "in-parts"].map((bucket) =>
          s3api("create-bucket", bucket),
        ),
      );
    });
    afterAll(() => target.close());

    test.concurrent("puts, heads, gets, copies, lists and deletes objects", async () => {
      const md5 = '"f97c5d29941bfb1b2fdab0874906ab82"';
      const put = await s3api(
        "put-object",
        "objects",
        "--key",
        "a/one",
        "--body",
        "one.txt",
        "--content-type",
        "text/x-one",
        "--metadata",
        "colour=red",
      );
      expect(put).toMatchObject({ ETag: md5 });

      const [head, range, copy] = await Promise.all([
        s3api("head-object", "objects", "--key", "a/one"),
        s3api("get-object", "objects", "--key", "a/one", "--range", "bytes=1-", "range.txt"),
        s3api("copy-object", "objects", "--key", "b copy", "--copy-source", "objects/a/one"),
      ]);
      expect(head).toMatchObject({
        ContentLength: 3,
        ContentType: "text/x-one",
        ETag: md5,
        Metadata: { colour: "red" },
      });
      expect(range).toMatchObject({ ContentRange: "bytes 1-2/3" });
      expect(readFileSync(target.file("range.txt"), "utf8")).toBe("ne");
      expect(copy).toMatchObject({ CopyObjectResult: { ETag: md5 } });

      const [flat, grouped, missing, unchanged] = await Promise.all([
        s3api("list-objects-v2", "objects", "--max-items", "1"),
        s3api("list-objects-v2", "objects", "--delimiter", "/"),
        target.awsFails("s3api", "get-object", "--bucket", "objects", "--key", "none", "x"),
        target.awsFails(
          "s3api",
          "get-object",
          "--bucket",
          "objects",
          "--key",
          "a/one",
          "--if-none-match",
          md5,
          "x",
        ),
      ]);
      expect(flat).toMatchObject({
        Contents: [{ Key: "a/one", Size: 3, StorageClass: "STANDARD" }],
      });
      expect(grouped).toMatchObject({
        CommonPrefixes: [{ Prefix: "a/" }],
        Contents: [{ Key: "b copy" }],
      });
      expect(missing).toMatch(/\(NoSuchKey\).*: The specified key does not exist\.$/);
      expect(unchanged).toMatch(/\(304\).*: Not Modified$/);

      const deleted = await s3api(
        "delete-objects",
        "objects",
        "--delete",
        JSON.stringify({ Objects: [{ Key: "a/one" }, { Key: "b copy" }, { Key: "never" }] }),
      );
      expect(deleted.Deleted).toHaveLength(3);
      await target.aws("s3api", "delete-bucket", "--bucket", "objects");
    });

    test.concurrent("tags objects", async () => {
      await s3api("put-object", "tagged", "--key", "k", "--body", "one.txt", "--tagging", "a=1");
      const tags = () => s3api("get-object-tagging", "tagged", "--key", "k");
      expect(await tags()).toMatchObject({ TagSet: [{ Key: "a", Value: "1" }] });

      await target.aws(
        "s3api",
        "put-object-tagging",
        "--bucket",
        "tagged",
        "--key",
        "k",
        "--tagging",
        "TagSet=[{Key=b,Value=2 3}]",
      );
      expect(await tags()).toMatchObject({ TagSet: [{ Key: "b", Value: "2 3" }] });
    });

    test.concurrent("keeps versions, lists them and gives each", async () => {
      await target.aws(
        "s3api",
        "put-bucket-versioning",
        "--bucket",
        "versioned",
        "--versioning-configuration",
        "Status=Enabled",
      );
      const first = await s3api("put-object", "versioned", "--key", "k", "--body", "one.txt");
      await s3api("put-object", "versioned", "--key", "k", "--body", "two.txt");
      const marker = await s3api("delete-object", "versioned", "--key", "k");
      expect(marker).toMatchObject({ DeleteMarker: true });

      const [listed, gone] = await Promise.all([
        s3api("list-object-versions", "versioned"),
        target.awsFails("s3api", "head-object", "--bucket", "versioned", "--key", "k"),
        s3api(
          "get-object",
          "versioned",
          "--key",
          "k",
          "--version-id",
          String(first.VersionId),
          "first.txt",
        ),
      ]);

      expect(listed.Versions).toMatchObject([
        { Key: "k", IsLatest: false },
        { Key: "k", IsLatest: false, VersionId: first.VersionId },
      ]);
      expect(listed.DeleteMarkers).toMatchObject([{ Key: "k", IsLatest: true }]);
      expect(gone).toMatch(/\(404\) when calling the HeadObject operation.*: Not Found$/);
      expect(readFileSync(target.file("first.txt"), "utf8")).toBe("one");
    });

    test.concurrent("puts an object together of parts, or gives it up", async () => {
      writeFileSync(target.file("part"), Buffer.alloc(5 * 2 ** 20, "x"));
      const upload = async () =>
        String((await s3api("create-multipart-upload", "in-parts", "--key", "k")).UploadId);
      const [id, other] = await Promise.all([upload(), upload()]);
      const part = (number: number, body: string) =>
        s3api(
          "upload-part",
          "in-parts",
          "--key",
          "k",
          "--upload-id",
          id,
          "--part-number",
          String(number),
          "--body",
          body,
        );

      const [one, two] = await Promise.all([part(1, "part"), part(2, "two.txt")]);
      const [parts, uploads] = await Promise.all([
        s3api("list-parts", "in-parts", "--key", "k", "--upload-id", id),
        s3api("list-multipart-uploads", "in-parts"),
      ]);
      expect(parts.Parts).toMatchObject([
        { PartNumber: 1, Size: 5 * 2 ** 20, ETag: one.ETag },
        { PartNumber: 2, Size: 3, ETag: two.ETag },
      ]);
      expect(uploads.Uploads).toHaveLength(2);

      const [completed] = await Promise.all([
        s3api(
          "complete-multipart-upload",
          "in-parts",
          "--key",
          "k",
          "--upload-id",
          id,
          "--multipart-upload",
          JSON.stringify({
            Parts: [one, two].map(({ ETag }, index) => ({ ETag, PartNumber: index + 1 })),
          }),
        ),
        target.aws(
          "s3api",
          "abort-multipart-upload",
          "--bucket",
          "in-parts",
          "--key",
          "k",
          "--upload-id",
          other,
        ),
      ]);
      expect(completed).toMatchObject({ ETag: expect.stringMatching(/-2"$/) });
      const [head, gone] = await Promise.all([
        s3api("head-object", "in-parts", "--key", "k"),
        target.awsFails(
          "s3api",
          "list-parts",
          "--bucket",
          "in-parts",
          "--key",
          "k",
          "--upload-id",
          other,
        ),
      ]);
      expect(head).toMatchObject({ ContentLength: 5 * 2 ** 20 + 3, ETag: completed.ETag });
      expect(gone).toMatch(/\(NoSuchUpload\).*: The specified upload does not exist/);
    });
  },
);
