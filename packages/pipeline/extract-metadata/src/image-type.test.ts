import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { identifyType } from "./image-type.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");
const picture = () =>
  sharp({ create: { width: 4, height: 4, channels: 3, background: "#336699" } });

describe("a picture is known by its bytes", () => {
  test.each([
    ["JPEG", picture().jpeg()],
    ["PNG", picture().png()],
    ["WEBP", picture().webp()],
    ["GIF", picture().gif()],
    ["TIFF", picture().tiff()],
    ["AVIF", picture().avif()],
  ])("%s", async (format, encoded) => {
    expect(identifyType(await encoded.toBuffer())).toEqual({ format });
  });

  test("JPEG, also with stray bytes before its first segment", () => {
    expect(identifyType(latin1("\xff\xd8\x11\x11\xff\xe0"))).toEqual({ format: "JPEG" });
  });

  test("HEIC, also by a compatible brand", () => {
    expect(identifyType(latin1("\0\0\0\x18ftypheic\0\0\0\0mif1heic"))).toEqual({ format: "HEIC" });
    expect(identifyType(latin1("\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc"))).toEqual({ format: "HEIC" });
  });

  test("AVIF, also where its major brand is that of any still picture", () => {
    expect(identifyType(latin1("\0\0\0\x18ftypmif1\0\0\0\0mif1avif"))).toEqual({ format: "AVIF" });
  });
});

describe("anything else is called what it is", () => {
  test.each([
    ["", "empty"],
    [" \n\t", "blank"],
    ["Hello, world\n", "text, not a photo"],
    ["Grüße aus Köln", "text, not a photo"],
    ["%PDF-1.7\n%âãÏÓ", "a PDF document, not a photo"],
    ['<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="…">', "an SVG drawing, not a photo"],
    ["<svg/>", "an SVG drawing, not a photo"],
    ["<!DOCTYPE html><html></html>", "a web page, not a photo"],
    ["BM\x9a\0\0\0\0\0\0\0", "a BMP picture, which is not supported"],
    ["PK\x03\x04\x14\0", "a ZIP archive (or an Office document), not a photo"],
    ["\0\0\0\x18ftypmp42\0\0\0\0isommp42", "an MP4 video, not a photo"],
    ["\0\0\0\x14ftypqt  \0\0\0\0qt  ", "a QuickTime video, not a photo"],
    ["\0\0\0\x18ftypcrx \0\0\0\0crx isom", "a raw photo of a Canon camera, which is not supported"],
    [
      "\0\x01\x02\xff\xfe",
      "of no type that is known here (it starts with the bytes 00 01 02 ff fe)",
    ],
  ])("%j is %s", (content, instead) => {
    const bytes = /[^\0-\xff]|[üßö]/.test(content) ? Buffer.from(content) : latin1(content);
    expect(identifyType(bytes)).toEqual({ format: undefined, instead });
  });

  test("text that is cut within a character is text still", () => {
    const cut = Buffer.from("Grüße aus Köln und Zürich 🏖").subarray(0, -2);
    expect(identifyType(cut)).toEqual({ format: undefined, instead: "text, not a photo" });
  });
});
