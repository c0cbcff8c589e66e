export { layerFolders, stackFile } from "./local.ts";
export { outputNames } from "./outputs.ts";
