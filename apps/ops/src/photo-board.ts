import { type ImageItem, imageIdOf } from "@darkroom/workflow";
import type { PlannedUpload } from "./upload/plan-uploads.ts";
import { countStatuses, type Progress, type WatchedStatus } from "./watch/tally.ts";

/** What became of one photo. */
export interface PhotoResult {
  /** As the user would name it. */
  readonly file: string;
  readonly imageID: string;
  readonly status: WatchedStatus;
  /** Why, where it isn't READY. */
  readonly errReason?: string;
  /** Its row as it was last seen. */
  readonly row?: ImageItem;
}

/** A photo on its way: from before its upload to its end. */
export interface BoardPhoto {
  readonly upload: PlannedUpload;
  readonly imageID: string;
  /** Versions whose row is its answer: the uploaded one, and one that is known to be newer. None before the upload. */
  readonly versions: Set<string>;
  /** As it was last seen. */
  row?: ImageItem;
  /** Epoch ms since when its row is known to be of another version, or when that was last looked into. */
  otherSince?: number;
  result?: PhotoResult;
}

/** Where each of a set of photos stands. */
export class PhotoBoard {
  readonly photos: readonly BoardPhoto[];
  /** Uploaded and not ended, those that were looked at least recently first. */
  readonly #waiting = new Set<BoardPhoto>();
  #uploaded = 0;
  #bytes = 0;
  #done = 0;

  constructor(uploads: readonly PlannedUpload[], bucket: string) {
    this.photos = uploads.map((upload) => ({
      upload,
      imageID: imageIdOf(bucket, upload.key),
      versions: new Set(),
    }));
  }

  get done(): boolean {
    return this.#done === this.photos.length;
  }

  /** Up to `count` photos that wait for their answer; the next call gives others, if there are. */
  nextWaiting(count: number): BoardPhoto[] {
    const turn = [...this.#waiting].slice(0, count);
    for (const photo of turn) {
      this.#waiting.delete(photo);
      this.#waiting.add(photo);
    }
    return turn;
  }

  /** @param versionId what the upload made of the photo */
  uploaded(photo: BoardPhoto, versionId: string, bytes: number): void {
    photo.versions.add(versionId);
    this.#waiting.add(photo);
    this.#uploaded += 1;
    this.#bytes += bytes;
  }

  /** Its execution runs. @returns whether that is new */
  underWay(photo: BoardPhoto, row: ImageItem): boolean {
    const isNew = photo.row === undefined;
    photo.row = row;
    return isNew;
  }

  end(photo: BoardPhoto, status: WatchedStatus, errReason: string | undefined): void {
    const { row, imageID, upload } = photo;
    this.#waiting.delete(photo);
    this.#done += 1;
    photo.result = {
      file: upload.file,
      imageID,
      status,
      ...(errReason === undefined ? {} : { errReason }),
      ...(row === undefined ? {} : { row }),
    };
  }

  get progress(): Progress {
    const statuses = this.photos.flatMap(({ result, row }) => result?.status ?? row?.status ?? []);
    return {
      total: this.photos.length,
      uploaded: this.#uploaded,
      bytes: this.#bytes,
      done: this.#done,
      counts: countStatuses(statuses),
    };
  }
}
