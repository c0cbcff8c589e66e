import sharp, { type Sharp } from "sharp";

/**
 * Opens a picture the way Rekognition sees it: a JPEG is turned by its EXIF orientation; for Rekognition, PNG has none
 * (https://docs.aws.amazon.com/rekognition/latest/dg/images-orientation.html).
 */
export function openPicture(image: Uint8Array): Sharp {
  // "error": a picture cut short fails, one with mere warnings (bytes between markers) does not.
  const picture = sharp(image, { failOn: "error" });
  if (image[0] === 0xff) picture.autoOrient();
  return picture;
}
