import { userInfo } from "node:os";
import { unfiled } from "@darkroom/workflow";
import { UsageError } from "../failure.ts";

/** The system's user name, as part of a key that stays readable everywhere; `me` where there is none. */
export function defaultUser(nameOf: () => string = () => userInfo().username): string {
  let name: string;
  try {
    name = nameOf();
  } catch {
    // A numeric user that the system has no entry for, as in containers.
    name = "";
  }
  return name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "") || "me";
}

/**
 * The name of a user or an album as an option gives it: one part of a key.
 * @throws UsageError that says what is wrong with it
 */
export function parseKeyPart(option: string, value: string): string {
  const fault =
    value.trim() === ""
      ? "is empty"
      : value.includes("/")
        ? "has a / in it"
        : value === "." || value === ".."
          ? "is no name"
          : value === unfiled
            ? "stands for photos that belong to nobody"
            : /\p{Cc}/u.test(value)
              ? "has control characters in it"
              : undefined;
  if (fault !== undefined) {
    throw new UsageError(`${option} "${value}" ${fault}: give one name, e.g. ${option} holiday`);
  }
  return value;
}
