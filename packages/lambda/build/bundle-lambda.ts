#!/usr/bin/env node
import { basename } from "node:path";
import { bundleLambda } from "./bundle.ts";

const folder = process.cwd();
const { bundle, archive } = await bundleLambda(folder);
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
console.log(`${basename(folder)}: ${kilobytes(bundle)}, zipped ${kilobytes(archive)}`);
