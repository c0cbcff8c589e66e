/**
 * Without the stage, as the only name: a layer holds nothing of ours, its versions never change, and
 * each stage of an account uses and removes only the version that it published.
 */
export const sharpLayerName = "darkroom-sharp";
