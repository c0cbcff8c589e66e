import type { ObjectReader } from "@darkroom/lambda";
import {
  type DerivedImage,
  derivedKey,
  type GenerateThumbnailsOutput,
  type PhotoReference,
} from "@darkroom/workflow";
import type { PictureWriter } from "./picture-writer.ts";
import { type Picture, renderPictures } from "./render-pictures.ts";

/**
 * Makes a photo's thumbnail and preview and puts them into its bucket, under keys that belong to this
 * version alone: a second run writes the same again.
 * @param memoryBytes of the function
 * @throws {ImageIdentifyError} the photo doesn't decode, or not within this memory
 * @throws {ObjectNotFoundError} its version was deleted in the meantime
 */
export async function generateThumbnails(
  photo: PhotoReference,
  objects: ObjectReader,
  pictures: PictureWriter,
  memoryBytes: number,
): Promise<GenerateThumbnailsOutput> {
  const original = await objects.read({
    bucket: photo.s3bucket,
    key: photo.s3key,
    versionId: photo.versionId,
  });
  const { preview, thumbnail, warnings } = await renderPictures(original.bytes, memoryBytes);

  const store = async (kind: "preview" | "thumbnail", picture: Picture): Promise<DerivedImage> => {
    const s3key = derivedKey(kind, photo, picture.format === "png" ? "png" : "jpg");
    await pictures.write(photo.s3bucket, s3key, picture);
    return { s3key, width: picture.width, height: picture.height };
  };
  const [storedPreview, storedThumbnail] = await Promise.all([
    store("preview", preview),
    store("thumbnail", thumbnail),
  ]);
  return {
    thumbnail: storedThumbnail,
    preview: storedPreview,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}
