// Loaded before a process by `--import`: its clock is off by as many milliseconds as the file says that this module's
// query names, and so is the clock of each process of node that it starts: all of them in the same moment, as on a machine.
import childProcess from "node:child_process";
import { readFileSync } from "node:fs";
import { ServerResponse } from "node:http";
import { syncBuiltinESMExports } from "node:module";

const file = new URL(import.meta.url).searchParams.get("file");
const RealDate = Date;
let last = 0;
function offset() {
  try {
    last = Number(readFileSync(file, "utf8")) || last;
  } catch {
    // It is not there yet.
  }
  return last;
}

globalThis.Date = class ShiftedDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offset());
    else super(...parts);
  }
  static now() {
    return RealDate.now() + offset();
  }
};

// Node's own Date header tells the real time, whatever the global Date says.
const { writeHead } = ServerResponse.prototype;
ServerResponse.prototype.writeHead = function (...head) {
  this.setHeader("Date", new Date().toUTCString());
  return writeHead.apply(this, head);
};

const { spawn } = childProcess;
childProcess.spawn = (command, args, ...others) =>
  command === process.execPath
    ? spawn(command, ["--import", import.meta.url, ...args], ...others)
    : spawn(command, args, ...others);
syncBuiltinESMExports();
