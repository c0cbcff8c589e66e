import sharp from "sharp";

/** One value from 0 to 255 for each pixel, row by row. */
export type Noise = Uint8Array;

/** Noise is soft: it is made this much smaller than the picture, and then blown up. */
const reduced = 4;

/**
 * Noise of several octaves, each twice as fine and half as strong as the one before.
 * @param across how many lumps of the coarsest octave stand side by side; `stretch`: how much wider than
 * high they are
 */
export async function fractalNoise(
  random: () => number,
  width: number,
  height: number,
  { across, octaves, stretch }: { across: number; octaves: number; stretch: number },
): Promise<Noise> {
  const size = { width: Math.ceil(width / reduced), height: Math.ceil(height / reduced) };
  const sum = new Float32Array(size.width * size.height);
  let weight = 0;
  for (let octave = 0; octave < octaves; octave += 1) {
    const columns = across * 2 ** octave;
    const rows = Math.max(2, Math.round(((columns * height) / width) * stretch));
    const grid = Uint8Array.from({ length: columns * rows }, () => random() * 256);
    const layer = await blowUp(grid, columns, rows, size.width, size.height);
    const strength = 0.5 ** octave;
    weight += strength;
    for (let at = 0; at < sum.length; at += 1)
      sum[at] = (sum[at] ?? 0) + strength * (layer[at] ?? 0);
  }
  const noise = Uint8Array.from(sum, (value) => value / weight);
  return blowUp(noise, size.width, size.height, width, height);
}

async function blowUp(
  noise: Noise,
  fromWidth: number,
  fromHeight: number,
  width: number,
  height: number,
): Promise<Noise> {
  return sharp(noise, { raw: { width: fromWidth, height: fromHeight, channels: 1 } })
    .resize(width, height, { fit: "fill", kernel: "cubic" })
    .extractChannel(0)
    .raw()
    .toBuffer();
}

/** A line that goes up and down like a range of hills: one value in [0, 1] for each of `length` columns. */
export function ridge(random: () => number, length: number): Float32Array {
  const line = new Float32Array(length);
  let weight = 0;
  for (let columns = 3; columns <= 200; columns *= 2) {
    const points = Float32Array.from({ length: columns + 1 }, random);
    const strength = 1 / columns;
    weight += strength;
    for (let x = 0; x < length; x += 1) {
      const position = (x / length) * columns;
      const cell = Math.floor(position);
      const within = position - cell;
      // Eased, so that the points are no corners.
      const part = within * within * (3 - 2 * within);
      const from = points[cell] ?? 0;
      line[x] = (line[x] ?? 0) + strength * (from + ((points[cell + 1] ?? 0) - from) * part);
    }
  }
  return line.map((value) => value / weight);
}
