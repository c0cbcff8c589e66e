/** What the first bytes of a picture tell. */
export interface ImageHeader {
  readonly format: "jpeg" | "png";
  /** In pixels as stored, before the EXIF orientation is applied. */
  readonly width: number;
  readonly height: number;
  /**
   * Bytes that every decoder has to hold at once before it can hand out the first row: those of a
   * progressive JPEG or an interlaced PNG. 0 where rows can be decoded one by one.
   */
  readonly bufferedBytes: number;
}

/** Reads the header of a JPEG or PNG without decoding; `undefined` when the bytes are neither. */
export function readImageHeader(image: Uint8Array): ImageHeader | undefined {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  if (bytes.length >= 29 && bytes.subarray(0, 8).equals(pngSignature)) return readPng(bytes);
  if (bytes.length >= 4 && bytes.readUInt16BE(0) === 0xff_d8) return readJpeg(bytes);
  return undefined;
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Samples per decoded pixel by PNG's colour type; a palette or a transparent colour becomes RGBA. */
const pngSamples = new Map([
  [0, 2],
  [2, 4],
  [3, 4],
  [4, 2],
  [6, 4],
]);

function readPng(bytes: Buffer): ImageHeader | undefined {
  const samples = pngSamples.get(bytes.readUInt8(25));
  if (bytes.toString("latin1", 12, 16) !== "IHDR" || samples === undefined) return undefined;
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  const bytesPerSample = bytes.readUInt8(24) === 16 ? 2 : 1;
  const interlaced = bytes.readUInt8(28) !== 0;
  return whole({
    format: "png",
    width,
    height,
    bufferedBytes: interlaced ? width * height * samples * bytesPerSample : 0,
  });
}

interface JpegFrame {
  readonly progressive: boolean;
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Coefficients of all components per pixel: 3 without subsampling, 1.5 for 4:2:0. */
  readonly coefficientsPerPixel: number;
}

function readJpeg(bytes: Buffer): ImageHeader | undefined {
  let frame: JpegFrame | undefined;
  let at = 2;
  for (;;) {
    // Decoders skip what stands between two segments, and fill bytes (ITU-T T.81, B.1.1.2).
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 5 > bytes.length) return undefined;
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xff) at += 1;
    else if (marker === 0x00 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2;
    else if (marker === 0xda) {
      if (frame === undefined) return undefined;
      // A scan that leaves components to later ones makes the decoder keep all coefficients.
      const buffered = frame.progressive || bytes.readUInt8(at + 4) < frame.components;
      const { width, height, coefficientsPerPixel } = frame;
      return whole({
        format: "jpeg",
        width,
        height,
        bufferedBytes: buffered ? Math.ceil(width * height * coefficientsPerPixel * 2) : 0,
      });
    } else if (marker === 0xd9) return undefined;
    else {
      if (isFrameMarker(marker)) {
        frame = readFrame(bytes, at);
        if (frame === undefined) return undefined;
      }
      at += 2 + bytes.readUInt16BE(at + 2);
    }
  }
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which lie between them. */
function isFrameMarker(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrame(bytes: Buffer, at: number): JpegFrame | undefined {
  if (at + 10 > bytes.length) return undefined;
  const components = bytes.readUInt8(at + 9);
  if (components === 0 || at + 10 + 3 * components > bytes.length) return undefined;
  const areas: number[] = [];
  let widest = 1;
  let highest = 1;
  for (let index = 0; index < components; index++) {
    const sampling = bytes.readUInt8(at + 11 + 3 * index);
    widest = Math.max(widest, sampling >> 4);
    highest = Math.max(highest, sampling & 15);
    areas.push((sampling >> 4) * (sampling & 15));
  }
  return {
    progressive: (bytes.readUInt8(at + 1) & 0b11) === 0b10,
    height: bytes.readUInt16BE(at + 5),
    width: bytes.readUInt16BE(at + 7),
    components,
    coefficientsPerPixel: areas.reduce((sum, area) => sum + area, 0) / (widest * highest),
  };
}

function whole(header: ImageHeader): ImageHeader | undefined {
  return header.width === 0 || header.height === 0 ? undefined : header;
}
