import { workerData } from "node:worker_threads";
import { writeDemoPhotos } from "./write-demo-photos.ts";

await writeDemoPhotos(String(workerData));
