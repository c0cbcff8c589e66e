import { describe, expect, it } from "vitest";
import { Bindings, textMatches } from "./placeholders.ts";

const one = "0b9f1f0e-6f5e-4c56-9a52-6b8d9a3a9d01";
const other = "5c2c3a70-1111-4222-8333-944444444444";

describe("a placeholder", () => {
  it("stands for the same text wherever it is, and two of a kind for two texts", () => {
    const bindings = new Bindings();
    expect(textMatches("<uuid:1>", one, bindings)).toBe(true);
    expect(textMatches("id <uuid:1>!", `id ${one}!`, bindings)).toBe(true);
    expect(textMatches("<uuid:1>", other, bindings)).toBe(false);
    expect(textMatches("<uuid:2>", one, bindings)).toBe(false);
    expect(textMatches("<uuid:2>", other, bindings)).toBe(true);
  });

  it("stands only for what has its shape", () => {
    expect(textMatches("<uuid:1>", "no uuid", new Bindings())).toBe(false);
    expect(textMatches("<m-d5-of-message-body:1>", "abc", new Bindings())).toBe(false);
    expect(textMatches("x:<ArnPart_0idx>", "x:a:b", new Bindings())).toBe(false);
  });

  it("leaves the text around it to be compared", () => {
    expect(textMatches("token <task_token:1> sent", "token abc sent", new Bindings())).toBe(true);
    expect(textMatches("token <task_token:1> sent", "token abc lost", new Bindings())).toBe(false);
  });

  it("is a text like any other where it is said to be one", () => {
    const bindings = new Bindings(new Set(["<region>"]));
    expect(textMatches("<region>-<name>", "<region>-x", bindings)).toBe(true);
    expect(textMatches("<region>", "eu-west-1", bindings)).toBe(false);
  });

  it("stands for a time only if it is a word for one", () => {
    expect(textMatches("date", "2026-01-01T00:00:00.000Z", new Bindings())).toBe(true);
    expect(textMatches("date", "yesterday", new Bindings())).toBe(false);
    expect(textMatches("day", "2026-01-01T00:00:00.000Z", new Bindings())).toBe(false);
  });

  it("lets go of what was bound on a way that led nowhere", () => {
    const bindings = new Bindings();
    const back = bindings.mark();
    textMatches("<uuid:1>", one, bindings);
    back();
    expect(textMatches("<uuid:1>", other, bindings)).toBe(true);
  });
});
