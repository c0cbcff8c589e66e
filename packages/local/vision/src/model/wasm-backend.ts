import { createRequire } from "node:module";
import path from "node:path";
import * as wasm from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";

/**
 * Starts TensorFlow.js on WebAssembly, once in a process: it keeps its state there, and all models share it, so this is
 * for a process of its own.
 */
export async function startWasmBackend(): Promise<void> {
  const require = createRequire(import.meta.url);
  wasm.setWasmPaths(`${path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  await tf.setBackend("wasm");
}
