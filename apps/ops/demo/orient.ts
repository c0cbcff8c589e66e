import type { Sharp } from "sharp";

/** Of EXIF: how stored pixels have to be turned to stand upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/**
 * Turns an upright picture into the pixels that a camera stores under an orientation (TIFF 6.0, tag 274).
 * sharp mirrors before it rotates, whatever the order of the calls.
 */
export function orient(upright: Sharp, orientation: Orientation): Sharp {
  switch (orientation) {
    case 1:
      return upright;
    case 2:
      return upright.flop();
    case 3:
      return upright.rotate(180);
    case 4:
      return upright.flip();
    case 5:
      return upright.flip().rotate(90);
    case 6:
      return upright.rotate(270);
    case 7:
      return upright.flip().rotate(270);
    case 8:
      return upright.rotate(90);
  }
}
