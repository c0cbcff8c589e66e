import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createReceiptHandles } from "./receipt-handle.ts";

const receipt = fc.record({
  queueId: fc.nat(2 ** 31),
  seq: fc.nat(2 ** 47),
  messageId: fc.constantFrom(randomUUID(), randomUUID()),
  receiveCount: fc.nat(100_000),
});

test("a handle says what it was written for", () => {
  const handles = createReceiptHandles(Buffer.alloc(32, 1));
  fc.assert(
    fc.property(receipt, (one) => {
      expect(handles.read(handles.write(one))).toEqual(one);
    }),
  );
});

test("a handle that was changed, made up or written with another secret is not read", () => {
  const handles = createReceiptHandles(Buffer.alloc(32, 1));
  const others = createReceiptHandles(Buffer.alloc(32, 2));
  fc.assert(
    fc.property(receipt, fc.nat(45), fc.string(), (one, position, text) => {
      const bytes = Buffer.from(handles.write(one), "base64");
      bytes[position] = (bytes[position] ?? 0) ^ 1;
      expect(handles.read(bytes.toString("base64"))).toBeUndefined();
      expect(handles.read(others.write(one))).toBeUndefined();
      expect(handles.read(text)).toBeUndefined();
    }),
  );
});
