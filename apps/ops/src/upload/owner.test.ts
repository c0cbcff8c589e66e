import { expect, test } from "vitest";
import { defaultUser, parseKeyPart } from "./owner.ts";

test.each([
  ["ann", "ann"],
  ["DOMAIN\\Ann Lee", "DOMAIN-Ann-Lee"],
  ["..", "me"],
  ["Åsa", "sa"],
  ["写真", "me"],
])("the system's user %s is %s in keys", (system, user) => {
  expect(defaultUser(() => system)).toBe(user);
});

test("a system without an entry for its user has one all the same", () => {
  expect(
    defaultUser(() => {
      throw new Error("uv_os_get_passwd returned ENOENT");
    }),
  ).toBe("me");
});

test("a name with spaces and other letters is taken as it is", () => {
  expect(parseKeyPart("--album", "Été 2024, Zürich")).toBe("Été 2024, Zürich");
});

test.each(["", "  ", "a/b", ".", "..", "(none)", "a\nb"])("%j is refused as bad usage", (value) => {
  expect(() => parseKeyPart("--album", value)).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining("--album") }),
  );
});
