import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Caller, RoleSession } from "./caller.ts";
import { operatorKey } from "./operator-key.ts";

/** An access key as SDKs take it from the environment. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only keys of a role session have one. */
  readonly sessionToken?: string;
}

export interface Credentials {
  /** The operator's key: made once per data folder, readable by its owner alone. */
  readonly operator: AccessKey;
  find(accessKeyId: string): (AccessKey & { readonly caller: Caller }) | undefined;
  /** A key for a session of a role; good until the process ends. */
  issueRoleKey(roleArn: string, sessionName: string): AccessKey;
}

const randomKeyId = (prefix: "AKIA" | "ASIA"): string =>
  prefix + randomBytes(16).toString("hex").toUpperCase().slice(0, 16);

/** Loads or makes the operator's key in `file` and keeps the keys of role sessions in memory. */
export function openCredentials(file: string, accountId: string): Credentials {
  const operator = loadOperatorKey(file);
  const operatorCaller: Caller = {
    kind: "operator",
    accountId,
    arn: `arn:aws:iam::${accountId}:user/operator`,
  };
  const keys = new Map<string, AccessKey & { caller: Caller }>([
    [operator.accessKeyId, { ...operator, caller: operatorCaller }],
  ]);
  return {
    operator,
    find: (accessKeyId) => keys.get(accessKeyId),
    issueRoleKey(roleArn, sessionName) {
      const key = {
        accessKeyId: randomKeyId("ASIA"),
        secretAccessKey: randomBytes(30).toString("base64"),
        sessionToken: randomBytes(48).toString("base64"),
      };
      keys.set(key.accessKeyId, { ...key, caller: roleSession(roleArn, sessionName) });
      return key;
    },
  };
}

/** The caller that a role's session is. */
export function roleSession(roleArn: string, sessionName: string): RoleSession {
  const [, , , , accountId = "", resource = ""] = roleArn.split(":");
  const role = resource.slice(resource.lastIndexOf("/") + 1);
  return {
    kind: "role",
    accountId,
    roleArn,
    arn: `arn:aws:sts::${accountId}:assumed-role/${role}/${sessionName}`,
  };
}

function loadOperatorKey(file: string): AccessKey {
  if (existsSync(file)) return operatorKey.parse(JSON.parse(readFileSync(file, "utf8")));
  const key: AccessKey = {
    accessKeyId: randomKeyId("AKIA"),
    secretAccessKey: randomBytes(30).toString("base64"),
  };
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, JSON.stringify(key), { mode: 0o600, flush: true });
  renameSync(unfinished, file);
  return key;
}
