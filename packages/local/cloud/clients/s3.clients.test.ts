import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsCli, type ClientTarget, openClientTarget } from "./client-target.ts";
import { isMissing } from "./find-client.ts";
import { limitMs, runClient } from "./run-client.ts";

describe.skipIf(isMissing("version 2 of the AWS CLI", awsCli))(
  "aws s3",
  { timeout: limitMs },
  () => {
    let target: ClientTarget;
    beforeAll(async () => {
      target = await openClientTarget();
      await Promise.all(
        ["copies", "syncs", "presigned", "large", "errors"].map((bucket) =>
          target.aws("s3", "mb", `s3://${bucket}`),
        ),
      );
    });
    afterAll(() => target.close());

    /** A file with bytes of its own. */
    function make(name: string, bytes = 1000): Buffer {
      const content = randomBytes(bytes);
      mkdirSync(dirname(target.file(name)), { recursive: true });
      writeFileSync(target.file(name), content);
      return content;
    }

    test.concurrent("cp, ls and rm: a file goes up, is listed, comes down and is removed", async () => {
      const content = make("up.bin");

      expect(await target.aws("s3", "cp", "up.bin", "s3://copies/in/up.bin")).toContain(
        "upload: ./up.bin to s3://copies/in/up.bin",
      );
      const [top, all] = await Promise.all([
        target.aws("s3", "ls", "s3://copies/"),
        target.aws("s3", "ls", "s3://copies", "--recursive", "--summarize"),
        target.aws("s3", "cp", "s3://copies/in/up.bin", "down.bin"),
      ]);
      expect(top.trim()).toBe("PRE in/");
      expect(all).toMatch(
        /^[\d-]+ [\d:]+ +1000 in\/up\.bin\n\nTotal Objects: 1\n +Total Size: 1000\n$/,
      );
      expect(readFileSync(target.file("down.bin"))).toEqual(content);

      await target.aws("s3", "mv", "s3://copies/in/up.bin", "s3://copies/moved.bin");
      expect(await target.aws("s3", "rm", "s3://copies", "--recursive")).toBe(
        "delete: s3://copies/moved.bin\n",
      );
      await target.aws("s3", "rb", "s3://copies");
    });

    test.concurrent("cp takes a stream, whose text comes back as it was", async () => {
      const { code } = await target.run(["s3", "cp", "-", "s3://errors/stream.txt"], "grüße\n");
      expect(code).toBe(0);
      expect(await target.aws("s3", "cp", "s3://errors/stream.txt", "-")).toBe("grüße\n");
    });

    test.concurrent("sync sends what is new, once, with any name, and fetches it again", async () => {
      const names = ["plain.txt", "a b/ü+&%.txt", "a b/=?#.txt"];
      const contents = names.map((name) => make(`tree/${name}`));

      const first = await target.aws("s3", "sync", "tree", "s3://syncs/t");
      const again = await target.aws("s3", "sync", "tree", "s3://syncs/t");
      await target.aws("s3", "sync", "s3://syncs/t", "fetched");

      expect(first.match(/upload: /g)).toHaveLength(3);
      expect(again).toBe("");
      for (const [index, name] of names.entries()) {
        expect(readFileSync(target.file(`fetched/${name}`))).toEqual(contents[index]);
      }
      expect(readdirSync(target.file("fetched")).sort()).toEqual(["a b", "plain.txt"]);
      expect(
        await target.aws(
          "s3",
          "sync",
          "fetched",
          "s3://syncs/t",
          "--delete",
          "--exclude",
          "plain*",
        ),
      ).toBe("");
    });

    test.concurrent("a large file goes up in parts and comes down the same", async () => {
      const content = make("large.bin", 20_000_000);

      await target.aws("s3", "cp", "large.bin", "s3://large/", "--no-progress");
      const [head] = await Promise.all([
        target.awsJson("s3api", "head-object", "--bucket", "large", "--key", "large.bin"),
        target.aws("s3", "cp", "s3://large/large.bin", "large-down.bin", "--no-progress"),
      ]);

      expect(head).toMatchObject({
        ContentLength: 20_000_000,
        ETag: expect.stringMatching(/^"[0-9a-f]{32}-3"$/),
      });
      expect(readFileSync(target.file("large-down.bin")).equals(content)).toBe(true);
    });

    test.concurrent("presign: curl fetches the object by the URL, and not by a changed one", async () => {
      const content = make("presigned.bin");
      await target.aws("s3", "cp", "presigned.bin", "s3://presigned/a b.bin");
      const url = (
        await target.aws("s3", "presign", "s3://presigned/a b.bin", "--expires-in", "60")
      ).trim();
      const curl = (...args: string[]) =>
        runClient({ path: "curl", version: "" }, ["--silent", ...args], {
          env: target.env,
          folder: target.folder,
        });

      await curl("--fail", "--output", "fetched.bin", url);
      const changed = await curl("--write-out", "%{http_code}", url.replace("60&", "600&"));

      expect(readFileSync(target.file("fetched.bin"))).toEqual(content);
      expect(changed.stdout).toMatch(/<Code>SignatureDoesNotMatch<\/Code>.*403$/s);
    });

    test.concurrent("errors are those that S3 has", async () => {
      await target.run(["s3", "cp", "-", "s3://errors/there"], "x");
      const [listing, missing, notEmpty, badName, website] = await Promise.all([
        target.awsFails("s3", "ls", "s3://never-made"),
        target.awsFails("s3", "cp", "s3://errors/none", "x"),
        target.awsFails("s3", "rb", "s3://errors"),
        target.awsFails("s3", "mb", "s3://ab"),
        target.awsFails("s3", "website", "s3://errors", "--index-document", "i.html"),
      ]);

      expect(listing).toMatch(
        /^An error occurred \(NoSuchBucket\) when calling the ListObjectsV2 operation.*: The specified bucket does not exist$/,
      );
      expect(missing).toMatch(
        /\(404\) when calling the HeadObject operation.*Key "none" does not exist/,
      );
      expect(notEmpty).toMatch(
        /^remove_bucket failed: s3:\/\/errors .*\(BucketNotEmpty\).*: The bucket you tried to delete is not empty$/,
      );
      expect(badName).toMatch(/\(InvalidBucketName\).*: The specified bucket is not valid/);
      expect(website).toMatch(/\(NotImplemented\).*PutBucketWebsite/);
    });
  },
);
