import { createHash } from "node:crypto";
import { basename, dirname, join, relative, sep } from "node:path";
import { incomingPrefix } from "@darkroom/workflow";
import type { FoundFile } from "./find-files.ts";

/** A file and the key that it is uploaded under. */
export interface PlannedUpload {
  /** As the user would name it. */
  readonly file: string;
  readonly path: string;
  readonly key: string;
  /** User metadata of the object, without `x-amz-meta-`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Keys of the form `Incoming/<user>/<album>/<name>`, each of them once. The album is the folder that was
 * given, so that the same photo gets the same key whether it or its folder is named.
 *
 * Files that would get one and the same key are told apart by the folders in which they differ, e.g.
 * `card1/IMG_1.JPG` and `card2/IMG_1.JPG`; the others keep their names.
 * @param album instead of each folder's own name
 */
export function planUploads(
  files: readonly FoundFile[],
  user: string,
  album: string | undefined,
): PlannedUpload[] {
  // The root folder has no name.
  const albumOf = (file: FoundFile) => album ?? (file.folder || "photos");
  const plain = files.map((file) => ({ file, album: albumOf(file), name: file.name }));

  const apart = groupsOf(plain).flatMap((group) => {
    if (group.length === 1) return group;
    const shared = commonFolder(group.map(({ file }) => file.path));
    return group.map((member) => ({
      ...member,
      name: join(relative(shared, dirname(member.file.path)), basename(member.name))
        .split(sep)
        .join("/"),
    }));
  });
  // What is still the same now was so in two ways; its path is its own.
  const unique = groupsOf(apart).flatMap((group) =>
    group.length === 1
      ? group
      : group.map((member) => ({ ...member, name: `${hashOf(member.file.path)}/${member.name}` })),
  );

  const keys = new Map(
    unique.map((each) => [each.file, `${incomingPrefix}${user}/${each.album}/${each.name}`]),
  );
  return files.map((file) => ({
    file: file.shown,
    path: file.path,
    key: keys.get(file) ?? "",
  }));
}

function groupsOf<T extends { album: string; name: string }>(members: readonly T[]): T[][] {
  return [...Map.groupBy(members, ({ album, name }) => `${album}/${name}`).values()];
}

/** The deepest folder that all the files are below of. */
function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => dirname(path).split(sep));
  const depth = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  return first.slice(0, depth === -1 ? first.length : depth).join(sep) || sep;
}

const hashOf = (path: string): string =>
  createHash("sha256").update(path).digest("hex").slice(0, 8);
