import sharp from "sharp";
import { expect, test } from "vitest";
import { type Orientation, orient } from "./orient.ts";

// No two rows, columns or corners are alike.
const upright = Buffer.from([10, 20, 30, 40, 50, 60]);
const raw = { raw: { width: 3, height: 2, channels: 1 } } as const;

test.each<Orientation>([1, 2, 3, 4, 5, 6, 7, 8])(
  "what is stored under orientation %i stands upright again",
  async (orientation) => {
    const stored = await orient(sharp(upright, raw), orientation)
      .withMetadata({ orientation })
      .png()
      .toBuffer();

    const shown = await sharp(stored).autoOrient().extractChannel(0).raw().toBuffer();
    expect([...shown]).toEqual([...upright]);
  },
);
