import { checksumAlgorithms, checksumHeader } from "./checksum.ts";

/** Headers that say what the bytes of a body add up to. */
export const uploadChecksumHeaders = [
  ...checksumAlgorithms.map(checksumHeader),
  "x-amz-sdk-checksum-algorithm",
  "x-amz-trailer",
];
