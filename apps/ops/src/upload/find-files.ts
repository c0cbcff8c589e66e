import type { Dirent, Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { codeOf, UsageError } from "../failure.ts";

/** One file that is to be uploaded. */
export interface FoundFile {
  /** As the user would name it: below the path that was given. */
  readonly shown: string;
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** The folder that was given, or in which the given file is: its own name, without its path. */
  readonly folder: string;
  /** The path below that folder, with `/`. */
  readonly name: string;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** Links to folders, broken links and what is no file, as the user would name them. */
  readonly skipped: readonly string[];
}

/**
 * The files that the paths name, folders with all that is below them, in the order of the paths and
 * there by name. A file that is named twice comes once.
 *
 * Below a folder, hidden files and folders are left out. A symbolic link to a file counts as that file;
 * one to a folder is skipped, since it may lead round in a circle.
 * @throws UsageError for a path that isn't there or can't be read, and when no file is found
 */
export async function findFiles(paths: readonly string[]): Promise<FoundFiles> {
  const files = new Map<string, FoundFile>();
  const skipped: string[] = [];
  const add = (file: FoundFile) => {
    if (!files.has(file.path)) files.set(file.path, file);
  };

  for (const path of paths) {
    const kind = await statOf(path);
    if (kind.isDirectory()) {
      const root = await realpath(path);
      await walk(path, root, root, add, skipped);
    } else if (kind.isFile()) {
      const real = await realpath(path);
      // The name that was given, also where it is a link of another name.
      const folder = basename(await realpath(dirname(path)));
      add({ shown: path, path: real, folder, name: basename(path) });
    } else {
      throw new UsageError(`${path} is neither a file nor a folder`);
    }
  }
  if (files.size === 0) {
    throw new UsageError(`There is no file in ${paths.join(", ")}; hidden files don't count`);
  }
  return { files: [...files.values()], skipped };
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    throw new UsageError(
      codeOf(error) === "ENOENT"
        ? `There is no file or folder ${path}`
        : `${path} can't be read (${codeOf(error)})`,
    );
  }
}

async function walk(
  shownRoot: string,
  root: string,
  folder: string,
  add: (file: FoundFile) => void,
  skipped: string[],
): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    if (entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    const below = relative(root, path);
    const shown = join(shownRoot, below);
    if (entry.isDirectory()) {
      await walk(shownRoot, root, path, add, skipped);
    } else if (entry.isFile() || (entry.isSymbolicLink() && (await leadsToFile(path)))) {
      add({
        shown,
        path: entry.isFile() ? path : await realpath(path),
        folder: basename(root),
        name: below.split(sep).join("/"),
      });
    } else {
      skipped.push(shown);
    }
  }
}

/** As people count: `2.jpg` before `10.jpg`. The same on every machine, whatever its language. */
const byName = new Intl.Collator("en", { numeric: true });

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => byName.compare(a.name, b.name));
  } catch (error) {
    throw new UsageError(`The folder ${folder} can't be read (${codeOf(error)})`);
  }
}

async function leadsToFile(link: string): Promise<boolean> {
  try {
    return (await stat(link)).isFile();
  } catch {
    return false;
  }
}
