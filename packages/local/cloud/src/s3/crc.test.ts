import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { combineCrcs, createCrc32, createCrc32c, createCrc64Nvme } from "./crc.ts";

const makers = { CRC32: createCrc32, CRC32C: createCrc32c, CRC64NVME: createCrc64Nvme };
const algorithms = ["CRC32", "CRC32C", "CRC64NVME"] as const;

function crcOf(algorithm: (typeof algorithms)[number], ...runs: Uint8Array[]): Buffer {
  const crc = makers[algorithm]();
  for (const run of runs) crc.update(run);
  return crc.digest();
}

describe("checksums of cyclic redundancy", () => {
  test("give the check values of their catalogue for 123456789", () => {
    const digits = Buffer.from("123456789");
    expect(crcOf("CRC32", digits).toString("hex")).toBe("cbf43926");
    expect(crcOf("CRC32C", digits).toString("hex")).toBe("e3069283");
    expect(crcOf("CRC64NVME", digits).toString("hex")).toBe("ae8b14860a799888");
  });

  test("CRC32 is zlib's", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (data) => {
        expect(crcOf("CRC32", data).readUInt32BE()).toBe(crc32(data));
      }),
    );
  });

  test.each(algorithms)("%s does not depend on how the bytes are cut", (algorithm) => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (runs) => {
        expect(crcOf(algorithm, ...runs)).toEqual(crcOf(algorithm, Buffer.concat(runs)));
      }),
    );
  });

  test.each(algorithms)("%s of parts put together is that of the whole", (algorithm) => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1 }), (runs) => {
        const parts = runs.map((run) => ({ digest: crcOf(algorithm, run), length: run.length }));
        expect(combineCrcs(algorithm, parts)).toEqual(crcOf(algorithm, Buffer.concat(runs)));
      }),
    );
  });
});
