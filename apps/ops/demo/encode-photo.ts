import sharp from "sharp";
import { drawLandscape } from "./landscape.ts";
import { orient } from "./orient.ts";
import type { SyntheticPhoto } from "./synthetic-photos.ts";

const jpegQuality = 82;

/** A made-up photo as the JPEG that a camera would have written; its EXIF says that none did. */
export async function encodePhoto(photo: SyntheticPhoto): Promise<Buffer> {
  const { width, height, orientation, taken, place } = photo;
  const pixels = await drawLandscape(photo.scene, width, height);
  const upright = sharp(pixels, { raw: { width, height, channels: 3 } });
  return orient(upright, orientation)
    .withExif({
      IFD0: {
        ImageDescription: "Synthetic: made by Darkroom's demo generator, shows no real place",
        Make: "Darkroom",
        Model: "Synthetic Camera",
        Orientation: String(orientation),
      },
      IFD2: { DateTimeOriginal: taken[0], OffsetTimeOriginal: taken[1] },
      ...(place === undefined
        ? {}
        : {
            IFD3: {
              GPSLatitude: `${place.latitude[0]}/1 ${place.latitude[1]}/1 0/1`,
              GPSLatitudeRef: place.latitude[2],
              GPSLongitude: `${place.longitude[0]}/1 ${place.longitude[1]}/1 0/1`,
              GPSLongitudeRef: place.longitude[2],
            },
          }),
    })
    .withMetadata({ orientation })
    .jpeg({ quality: jpegQuality })
    .toBuffer();
}
