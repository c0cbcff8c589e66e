/** What a stack asks for, gathered from its resources: each thing with all that other resources say about it. */
export interface Draft {
  readonly buckets: Map<string, BucketDraft>;
  readonly queues: Map<string, QueueDraft>;
  readonly tables: Map<string, TableDraft>;
  readonly roles: Map<string, RoleDraft>;
  readonly logGroups: Map<string, { readonly name: string; readonly retentionDays: number }>;
  readonly functions: Map<string, FunctionDraft>;
  readonly permissions: PermissionDraft[];
  readonly eventSourceMappings: EventSourceMappingDraft[];
  readonly stateMachines: Map<string, StateMachineDraft>;
  readonly activities: Map<string, ActivityDraft>;
  readonly rules: Map<string, RuleDraft>;
}

export interface BucketDraft {
  readonly name: string;
  versioning: boolean;
  policy?: string;
  readonly notifications: {
    readonly id: string;
    readonly targetArn: string;
    readonly events: readonly string[];
    readonly prefix?: string;
    readonly suffix?: string;
  }[];
}

export interface QueueDraft {
  readonly name: string;
  readonly visibilityTimeoutSeconds: number;
  readonly messageRetentionSeconds: number;
  readonly receiveWaitTimeSeconds: number;
  readonly delaySeconds: number;
  readonly maxMessageSize: number;
  policy?: string;
  redrive?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
  redriveAllowPolicy?: string;
  readonly sseEnabled: boolean;
}

export interface KeyDraft {
  readonly name: string;
  readonly type: "S" | "N" | "B";
}

export interface TableDraft {
  readonly name: string;
  readonly hashKey: KeyDraft;
  readonly rangeKey?: KeyDraft;
  readonly globalSecondaryIndexes: readonly {
    readonly name: string;
    readonly hashKey: KeyDraft;
    readonly rangeKey?: KeyDraft;
    readonly projection: "ALL" | "KEYS_ONLY";
  }[];
}

export interface RoleDraft {
  readonly name: string;
  readonly arn: string;
  readonly trustPolicy: string;
  readonly policies: Map<string, string>;
}

export interface FunctionDraft {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly runtime: string;
  readonly handler: string;
  readonly roleArn: string;
  /** As the stack says it: relative to the folder of the stack file. */
  readonly archive: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly architecture: string;
  /** Names of layers, in order. */
  readonly layers: readonly string[];
  readonly logGroup: string;
  readonly logFormat: "JSON" | "Text";
  readonly tracing: "Active" | "PassThrough";
}

export interface PermissionDraft {
  readonly functionName: string;
  readonly statementId: string;
  readonly action: string;
  readonly principal: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
}

export interface EventSourceMappingDraft {
  readonly address: string;
  readonly functionName: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly maximumBatchingWindowSeconds: number;
  readonly maximumConcurrency?: number;
  readonly reportBatchItemFailures: boolean;
}

export interface StateMachineDraft {
  readonly name: string;
  readonly type: "STANDARD" | "EXPRESS";
  readonly roleArn: string;
  readonly definition: string;
  readonly tracing: boolean;
  readonly logging?: {
    readonly logGroupName: string;
    readonly level: "ALL" | "ERROR" | "FATAL" | "OFF";
    readonly includeExecutionData: boolean;
  };
}

export interface ActivityDraft {
  readonly name: string;
}

export interface RuleDraft {
  readonly name: string;
  readonly arn: string;
  /** This, a schedule, or both. */
  readonly eventPattern?: string;
  /** As AWS writes it, e.g. `rate(1 hour)`. */
  readonly scheduleExpression?: string;
  readonly targets: {
    readonly id: string;
    readonly arn: string;
    readonly maximumEventAgeSeconds: number;
    readonly maximumRetryAttempts: number;
    /** The queue that an event goes to when it could not be delivered within these limits. */
    readonly deadLetterArn?: string;
  }[];
}

export function emptyDraft(): Draft {
  return {
    buckets: new Map(),
    queues: new Map(),
    tables: new Map(),
    roles: new Map(),
    logGroups: new Map(),
    functions: new Map(),
    permissions: [],
    eventSourceMappings: [],
    stateMachines: new Map(),
    activities: new Map(),
    rules: new Map(),
  };
}

/** What a resource refers to by name must have been declared by the stack itself. */
export function declared<T>(things: ReadonlyMap<string, T>, name: string, address: string): T {
  const thing = things.get(name);
  if (thing === undefined)
    throw new Error(`${address} refers to "${name}", which the stack does not declare.`);
  return thing;
}
