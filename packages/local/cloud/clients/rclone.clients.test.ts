import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClientTarget, openClientTarget } from "./client-target.ts";
import { findRclone, isMissing } from "./find-client.ts";
import { limitMs, runClient } from "./run-client.ts";

const rclone = findRclone();

describe.skipIf(isMissing("rclone", rclone))("rclone", { timeout: limitMs }, () => {
  let target: ClientTarget;
  beforeAll(async () => {
    target = await openClientTarget();
  });
  afterAll(() => target.close());

  /** Runs `rclone <args>`, which must succeed; it reports on stderr. */
  async function run(...args: string[]): Promise<{ stdout: string; stderr: string }> {
    const { code, stdout, stderr } = await runClient(rclone, args, {
      folder: target.folder,
      env: {
        ...target.env,
        RCLONE_CONFIG_LOCAL_TYPE: "s3",
        // "AWS" would ask for virtual hosts, which an IP address has none of.
        RCLONE_CONFIG_LOCAL_PROVIDER: "Other",
        RCLONE_CONFIG_LOCAL_ENV_AUTH: "true",
        RCLONE_CONFIG_LOCAL_REGION: "us-east-1",
        RCLONE_CONFIG_LOCAL_ENDPOINT: target.endpointUrl,
      },
    });
    expect(code, `rclone ${args.join(" ")}: ${stderr}`).toBe(0);
    return { stdout, stderr };
  }

  test("sync of a hundred files both ways is identical by check, and the second time does nothing", async () => {
    for (const folder of ["a", "b c", "ü/d"]) {
      mkdirSync(target.file(`from/${folder}`), { recursive: true });
    }
    for (let index = 0; index < 100; index++) {
      const folder = ["a", "b c", "ü/d"][index % 3] ?? "";
      const name = `${index}${["", " &", "+%20", "#"][index % 4]}.bin`;
      writeFileSync(target.file(join("from", folder, name)), randomBytes(index * 37));
    }

    await run("mkdir", "local:mirror");
    await run("sync", "from", "local:mirror/in");
    expect((await run("check", "from", "local:mirror/in")).stderr).toContain("0 differences found");
    await run("sync", "local:mirror/in", "back");
    expect((await run("check", "local:mirror/in", "back", "--download")).stderr).toContain(
      "0 differences found",
    );
    const again = await run("sync", "from", "local:mirror/in", "--stats-one-line", "-v");

    expect(again.stderr).toMatch(/There was nothing to transfer/);
    const files = readdirSync(target.file("from"), { recursive: true, encoding: "utf8" }).sort();
    expect(readdirSync(target.file("back"), { recursive: true, encoding: "utf8" }).sort()).toEqual(
      files,
    );
    const some = files.filter((name) => name.endsWith("99#.bin") || name.endsWith("98+%20.bin"));
    for (const name of some) {
      expect(readFileSync(target.file(`back/${name}`))).toEqual(
        readFileSync(target.file(`from/${name}`)),
      );
    }
  });

  test("sync takes away what is gone at its source", async () => {
    mkdirSync(target.file("few"));
    for (const name of ["one", "two"]) writeFileSync(target.file(`few/${name}`), name);
    mkdirSync(target.file("fewer"));
    writeFileSync(target.file("fewer/one"), "one");

    await run("mkdir", "local:shrinks");
    await run("sync", "few", "local:shrinks");
    await run("sync", "fewer", "local:shrinks");

    expect((await run("lsf", "local:shrinks")).stdout).toBe("one\n");
    await run("purge", "local:shrinks");
    expect((await run("lsf", "local:")).stdout).not.toContain("shrinks");
  });
});
