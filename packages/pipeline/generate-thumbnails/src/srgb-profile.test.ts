import sharp from "sharp";
import { expect, test } from "vitest";
import { isSrgbProfile } from "./srgb-profile.ts";

async function profileOf(name: string): Promise<Uint8Array> {
  const picture = sharp({ create: { width: 2, height: 2, channels: 3, background: "#fff" } });
  const { icc } = await sharp(await picture.withIccProfile(name).jpeg().toBuffer()).metadata();
  return icc ?? new Uint8Array();
}

/** A profile of version 2 with nothing but a description. */
function version2(description: string): Buffer {
  const profile = Buffer.alloc(256);
  profile.write("RGB ", 16, "latin1");
  profile.writeUInt32BE(1, 128);
  profile.write("desc", 132, "latin1");
  profile.writeUInt32BE(144, 136);
  profile.writeUInt32BE(100, 140);
  profile.write(
    `desc\0\0\0\0\0\0\0${String.fromCharCode(description.length)}${description}`,
    144,
    "latin1",
  );
  return profile;
}

test("profiles that say sRGB are told from those that say something else", async () => {
  expect(isSrgbProfile(await profileOf("srgb"))).toBe(true);
  expect(isSrgbProfile(await profileOf("p3"))).toBe(false);
  expect(isSrgbProfile(version2("sRGB IEC61966-2.1"))).toBe(true);
  expect(isSrgbProfile(version2("Adobe RGB (1998)"))).toBe(false);
});

test("broken profiles aren't sRGB, and no error", () => {
  expect(isSrgbProfile(new Uint8Array())).toBe(false);
  expect(isSrgbProfile(version2("sRGB").subarray(0, 140))).toBe(false);
  const outside = version2("sRGB");
  outside.writeUInt32BE(9999, 136);
  expect(isSrgbProfile(outside)).toBe(false);
});
