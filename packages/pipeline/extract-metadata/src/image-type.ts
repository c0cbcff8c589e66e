import type { ImageFormat } from "@darkroom/workflow";

/** What the first bytes say: a format of ours, or what it is instead, as the end of "the file is …". */
export type ImageType = { format: ImageFormat } | { format: undefined; instead: string };

/** `bytes` are Latin-1: one character a byte. */
interface Signature {
  offset: number;
  bytes: string;
}

const at = (offset: number, bytes: string): Signature => ({ offset, bytes });

/** The formats that may reach a decoder; signatures as in each format's specification. */
const formats: readonly (readonly [ImageFormat, ...Signature[]])[] = [
  // Not the marker that should follow: there are files with stray bytes before it, and viewers show them.
  ["JPEG", at(0, "\xff\xd8")],
  ["PNG", at(0, "\x89PNG\r\n\x1a\n")],
  ["GIF", at(0, "GIF87a")],
  ["GIF", at(0, "GIF89a")],
  ["WEBP", at(0, "RIFF"), at(8, "WEBP")],
  ["TIFF", at(0, "II*\0")],
  ["TIFF", at(0, "MM\0*")],
  ["TIFF", at(0, "II+\0")],
  ["TIFF", at(0, "MM\0+")],
];

/** What people send instead. libvips would open some of these: they have to stop here. */
const others: readonly (readonly [instead: string, ...Signature[]])[] = [
  ["a PDF document, not a photo", at(0, "%PDF-")],
  ["a PostScript document, not a photo", at(0, "%!PS")],
  ["a BMP picture, which is not supported", at(0, "BM")],
  ["an icon, not a photo", at(0, "\0\0\x01\0")],
  ["a Photoshop document, which is not supported", at(0, "8BPS")],
  ["a JPEG XL picture, which is not supported", at(0, "\xff\x0a")],
  ["a JPEG XL picture, which is not supported", at(4, "JXL ")],
  ["a JPEG 2000 picture, which is not supported", at(4, "jP  ")],
  ["a JPEG 2000 picture, which is not supported", at(0, "\xff\x4f\xff\x51")],
  ["a raw photo of a Fujifilm camera, which is not supported", at(0, "FUJIFILM")],
  ["an AVI video, not a photo", at(0, "RIFF"), at(8, "AVI ")],
  ["a WAV sound, not a photo", at(0, "RIFF"), at(8, "WAVE")],
  ["a Matroska or WebM video, not a photo", at(0, "\x1aE\xdf\xa3")],
  ["a sound, not a photo", at(0, "ID3")],
  ["a sound, not a photo", at(0, "OggS")],
  ["a ZIP archive (or an Office document), not a photo", at(0, "PK\x03\x04")],
  ["a gzip archive, not a photo", at(0, "\x1f\x8b")],
  ["a 7z archive, not a photo", at(0, "7z\xbc\xaf")],
  ["a RAR archive, not a photo", at(0, "Rar!")],
  ["a program, not a photo", at(0, "MZ")],
  ["a program, not a photo", at(0, "\x7fELF")],
];

/** Major and compatible brands of ISO base media files (https://mp4ra.org/registered-types/brands). */
const avifBrands = new Set(["avif", "avis"]);
const heicBrands = new Set(["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"]);

/**
 * Tells a file's type by its first bytes, never by its name, before any decoder sees it: an SVG of a
 * kilobyte can keep libvips busy for many seconds.
 */
export function identifyType(head: Uint8Array): ImageType {
  if (head.byteLength === 0) return { format: undefined, instead: "empty" };
  const text = Buffer.from(head).toString("latin1");
  const matches = (signatures: readonly Signature[]) =>
    signatures.every(({ offset, bytes }) => text.startsWith(bytes, offset));

  const format = formats.find(([, ...signatures]) => matches(signatures));
  if (format !== undefined) return { format: format[0] };
  if (text.startsWith("ftyp", 4)) return identifyBaseMedia(text);
  const other = others.find(([, ...signatures]) => matches(signatures));
  if (other !== undefined) return { format: undefined, instead: other[0] };
  return { format: undefined, instead: identifyText(head) ?? unknown(head) };
}

/** HEIC and AVIF share their container with MP4 and QuickTime; the brands tell. */
function identifyBaseMedia(text: string): ImageType {
  const boxLength = Buffer.from(text.slice(0, 4), "latin1").readUInt32BE();
  const brands = [text.slice(8, 12)];
  for (let offset = 16; offset + 4 <= Math.min(boxLength, text.length); offset += 4) {
    brands.push(text.slice(offset, offset + 4));
  }
  if (brands.some((brand) => avifBrands.has(brand))) return { format: "AVIF" };
  if (brands.some((brand) => heicBrands.has(brand))) return { format: "HEIC" };
  if (brands[0] === "crx ") {
    return { format: undefined, instead: "a raw photo of a Canon camera, which is not supported" };
  }
  const container = brands[0] === "qt  " ? "a QuickTime" : "an MP4";
  return { format: undefined, instead: `${container} video, not a photo` };
}

function identifyText(head: Uint8Array): string | undefined {
  // A character may be cut in two where the head ends: `stream` takes that for unfinished, not wrong.
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
  } catch {
    return undefined;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: text has none of these
  if (/[\0-\x08\x0e-\x1f]/.test(text)) return undefined;
  if (/<svg[\s/>]/i.test(text)) return "an SVG drawing, not a photo";
  if (/^\s*(<!doctype html|<html)/i.test(text)) return "a web page, not a photo";
  return text.trim() === "" ? "blank" : "text, not a photo";
}

function unknown(head: Uint8Array): string {
  const bytes = Buffer.from(head.subarray(0, 8))
    .toString("hex")
    .replace(/..(?=.)/g, "$& ");
  return `of no type that is known here (it starts with the bytes ${bytes})`;
}
