/**
 * The runtime inside an execution environment: loads the handler and runs one invocation at a time.
 * It behaves as Lambda's own runtime for Node.js 24 does, callbacks included: they are refused since that version
 * (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html).
 *
 * Plain JavaScript, since stripping types would cost each cold start 45 ms of CPU and 12 MB.
 * It talks to its host by frames on descriptor 3 (see frames.ts) and not by Node's IPC, because a function must find no
 * `process.send` and no variable that Lambda doesn't have.
 */
"use strict";

const { existsSync } = require("node:fs");
const { enableCompileCache, flushCompileCache } = require("node:module");
const { Socket } = require("node:net");
const { basename, join } = require("node:path");
const { format } = require("node:util");

const [, , marker, compileCache] = process.argv;
process.argv.length = 2;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB, and what the runtime adds. */
const maximumResponseBytes = 6_291_556;
const jsonLogs = process.env.AWS_LAMBDA_LOG_FORMAT === "JSON";
const writeOutput = process.stdout.write.bind(process.stdout);
const writeError = process.stderr.write.bind(process.stderr);
const host = new Socket({ fd: 3 });

/** The invocation that runs now, as its header says; undefined between invocations. */
let current;
let ready = false;
let dying = false;

class RuntimeError extends Error {
  constructor(name, message, original) {
    super(message);
    this.name = `Runtime.${name}`;
    if (original?.stack !== undefined) this.stack = original.stack;
  }
}

/** A function must not outlive its host, nor may a process that it has started. */
function endWithHost() {
  try {
    process.kill(-process.pid, "SIGKILL");
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
}

function send(kind, body, sent) {
  const content = Buffer.from(body);
  const header = Buffer.from(JSON.stringify({ kind }));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(header.length, 0);
  lengths.writeUInt32LE(content.length, 4);
  host.write(Buffer.concat([lengths, header, content]), sent);
}

/** What the caller gets to see of an error. */
function describe(error) {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return {
    errorType: String(error.name),
    errorMessage: String(error.message),
    trace: typeof error.stack === "string" ? error.stack.split("\n") : [],
  };
}

/** What the log gets to see of it: its own properties and its causes as well. */
function withProperties(_key, value) {
  if (!(value instanceof Error)) return value;
  return {
    errorType: value.name,
    errorMessage: value.message,
    ...value,
    ...(value.cause === undefined ? {} : { cause: value.cause }),
    stack: typeof value.stack === "string" ? value.stack.split("\n") : [],
  };
}

function logError(title, reason) {
  const error = reason instanceof Error ? reason : new Error(String(reason));
  if (jsonLogs) return console.error(error);
  let text;
  try {
    text = JSON.stringify(error, withProperties);
  } catch {
    text = JSON.stringify(describe(error));
  }
  console.error(title, `\t${text}`);
}

const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/** A line of text as Lambda writes it; a line break inside it becomes CR, so that it stays one log event. */
function textLine(level, values) {
  return [new Date().toISOString(), current?.requestId, level, format(...values)].join("\t");
}

function jsonLine(level, values) {
  const line = { timestamp: new Date().toISOString(), level, requestId: current?.requestId };
  const errorFields = (error) => ({
    errorType: error.constructor?.name ?? "UnknownError",
    errorMessage: error.message,
    stackTrace: typeof error.stack === "string" ? error.stack.split("\n") : [],
  });
  if (values.length > 1) {
    const error = values.find((value) => value instanceof Error);
    return JSON.stringify({
      ...line,
      message: format(...values),
      ...(error === undefined ? {} : errorFields(error)),
    });
  }
  try {
    return JSON.stringify({ ...line, message: values[0] }, (_key, value) =>
      value instanceof Error ? { ...errorFields(value), ...value } : value,
    );
  } catch {
    return JSON.stringify({ ...line, message: format(values[0]) });
  }
}

function patchConsole() {
  const least = jsonLogs ? levels.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL ?? "TRACE") : 0;
  const toLine = jsonLogs ? jsonLine : textLine;
  for (const [index, level] of levels.entries()) {
    console[level.toLowerCase()] =
      index < least
        ? () => {}
        : (...values) => process.stdout.write(`${toLine(level, values).replaceAll("\n", "\r")}\n`);
  }
  console.log = console.info;
}

/** The end of an invocation, in both streams too: what was written before belongs to it. */
function finish(kind, body) {
  current = undefined;
  writeOutput(marker);
  writeError(marker);
  host.ref();
  send(kind, body);
}

/** The process can't go on: tells the host why, then exits. */
function die(error, exitCode) {
  if (dying) return;
  dying = true;
  send("fatal", JSON.stringify(describe(error)), () => process.exit(exitCode));
}

async function loadHandler() {
  const name = process.env._HANDLER ?? "";
  const file = basename(name);
  const [, moduleName, path] = /^([^.]*)\.(.*)$/.exec(file) ?? [];
  if (moduleName === undefined || name.includes("..")) {
    throw new RuntimeError("MalformedHandlerName", `'${name}' is not a valid handler name.`);
  }
  const exports = await load(
    join(process.env.LAMBDA_TASK_ROOT ?? "", name.slice(0, -file.length), moduleName),
  );
  const find = (from) => path.split(".").reduce((value, key) => value?.[key], from);
  const handler = find(exports) ?? find(exports?.default);
  if (typeof handler !== "function") {
    const why = handler === undefined ? "undefined or not exported" : "not a function";
    throw new RuntimeError("HandlerNotFound", `${name} is ${why}`);
  }
  if (handler.length >= 3) {
    throw new RuntimeError(
      "CallbackHandlerDeprecated",
      "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.",
    );
  }
  return handler;
}

/** The first of the file names that Lambda looks for. */
async function load(path) {
  try {
    if (!existsSync(`${path}.js`) && existsSync(`${path}.mjs`)) return await import(`${path}.mjs`);
    return require(existsSync(`${path}.js`) ? `${path}.js` : `${path}.cjs`);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new RuntimeError("UserCodeSyntaxError", String(error), error);
    }
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
      throw new RuntimeError("ImportModuleError", String(error));
    }
    if (error?.code === "ERR_REQUIRE_ASYNC_MODULE") return import(`${path}.js`);
    throw error;
  }
}

function contextOf(invocation) {
  return {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: invocation.functionArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: invocation.requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: invocation.clientContext,
    identity: undefined,
    getRemainingTimeInMillis: () => invocation.deadlineMs - Date.now(),
  };
}

/** An error of a class of that name, as a handler's own would be. */
function injectedError({ errorType, errorMessage }) {
  const { [errorType]: Injected } = { [errorType]: class extends Error {} };
  const error = new Injected(errorMessage);
  error.name = errorType;
  Error.captureStackTrace(error, injectedError);
  return error;
}

async function invoke(handler, invocation, body) {
  current = invocation;
  process.env._X_AMZN_TRACE_ID = invocation.traceId;
  // While the handler runs only its own work keeps the process up: a promise that nothing will settle ends it.
  host.unref();
  try {
    if (invocation.fault !== undefined) throw injectedError(invocation.fault);
    const text = serialize(await handler(JSON.parse(body), contextOf(invocation)));
    if (Buffer.byteLength(text) > maximumResponseBytes) finish("error", tooLarge);
    else finish("result", text);
  } catch (error) {
    logError("Invoke Error", error);
    finish("error", JSON.stringify(describe(error)));
  }
}

const tooLarge = JSON.stringify({
  errorType: "Function.ResponseSizeTooLarge",
  errorMessage: `Response payload size exceeded maximum allowed payload size (${maximumResponseBytes} bytes).`,
});

function serialize(result) {
  try {
    return JSON.stringify(result) ?? "null";
  } catch {
    throw new RuntimeError("JSONStringifyError", "Unable to stringify response body");
  }
}

/** Takes frames apart; a body may come in many pieces, so they are joined only once. */
function readFrames(onFrame) {
  let parts = [];
  let size = 0;
  let wanted = 8;
  host.on("data", (part) => {
    parts.push(part);
    size += part.length;
    while (size >= wanted) {
      const all = parts.length === 1 ? parts[0] : Buffer.concat(parts, size);
      parts = [all];
      const headerEnd = 8 + all.readUInt32LE(0);
      const end = headerEnd + all.readUInt32LE(4);
      if (size < end) {
        wanted = end;
        return;
      }
      const rest = all.subarray(end);
      parts = rest.length === 0 ? [] : [rest];
      size = rest.length;
      wanted = 8;
      onFrame(JSON.parse(all.toString("utf8", 8, headerEnd)), all.toString("utf8", headerEnd, end));
    }
  });
}

host.on("error", endWithHost);
host.on("close", endWithHost);
host.unref();
patchConsole();
process.on("uncaughtException", (error) => {
  logError("Uncaught Exception", error);
  die(error, 129);
});
process.on("unhandledRejection", (reason) => {
  const error = new RuntimeError("UnhandledPromiseRejection", String(reason), reason);
  logError("Unhandled Promise Rejection", error);
  die(error, 128);
});
process.on("beforeExit", () => {
  if (ready && current === undefined) return;
  die(
    new RuntimeError(
      "NodeJsExit",
      "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes",
    ),
    13,
  );
});

enableCompileCache(compileCache);
loadHandler().then(
  (handler) => {
    ready = true;
    host.ref();
    readFrames((invocation, body) => void invoke(handler, invocation, body));
    send("ready", "");
    setImmediate(flushCompileCache);
  },
  (error) => {
    logError("Init Error", error);
    die(error, 1);
  },
);
