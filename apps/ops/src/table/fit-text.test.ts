import stringWidth from "string-width";
import { expect, test } from "vitest";
import { fitMiddle, fitText, padText, plainText, wrapText } from "./fit-text.ts";

test("what fits stays as it is", () => {
  expect(fitText("beach.jpg", 9)).toBe("beach.jpg");
  expect(fitMiddle("beach.jpg", 9)).toBe("beach.jpg");
});

test("what doesn't fit gives way to an ellipsis", () => {
  expect(fitText("beach.jpg", 6)).toBe("beach…");
  expect(fitText("beach.jpg", 1)).toBe("…");
  expect(fitText("beach.jpg", 0)).toBe("");
});

test("the end of a file's name survives", () => {
  expect(fitMiddle("holiday/IMG_20240506_070809.jpg", 16)).toBe("holiday/…809.jpg");
});

test("wide characters and emoji take the columns that a terminal gives them", () => {
  expect(stringWidth(fitText("写真写真写真", 7))).toBeLessThanOrEqual(7);
  expect(fitText("写真写真写真", 7)).toBe("写真写…");
  expect(stringWidth(fitText("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 5))).toBeLessThanOrEqual(5);
  expect(padText("写真", 6)).toBe("写真  ");
});

test("text is broken between words, and inside of one that is too long", () => {
  expect(wrapText("it is text, not a picture", 12)).toEqual(["it is text,", "not a", "picture"]);
  expect(wrapText("unbelievably long", 8)).toEqual(["unbeliev", "ably", "long"]);
  expect(wrapText("", 8)).toEqual([""]);
});

test("control characters and what turns the writing direction are made visible", () => {
  expect(plainText("a\u001b[31mb\u202Ec\u0000")).toBe("a\uFFFD[31mb\uFFFDc\uFFFD");
  expect(plainText("two\r\nlines")).toBe("two lines");
});
