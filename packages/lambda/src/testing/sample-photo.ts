/** A photo of ann's album summer, as the contracts of the workflow describe one. */
export const samplePhoto = {
  imageID: "0123456789abcdef0123456789abcdef",
  albumID: "ann/summer",
  userID: "ann",
  s3bucket: "landing",
  s3key: "Incoming/ann/summer/sea.jpg",
  versionId: "v1",
  sequencer: "0055AED6DCD90281E500000000000000",
};
