/** Who makes a call, as IAM sees them. */
export type Caller = Operator | RoleSession | ServicePrincipal;

/** The person whose key `darkroom env` prints; the only one who may do everything. */
export interface Operator {
  readonly kind: "operator";
  readonly accountId: string;
  readonly arn: string;
}

/** A function or state machine that acts with its role. */
export interface RoleSession {
  readonly kind: "role";
  readonly accountId: string;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>` */
  readonly arn: string;
  readonly roleArn: string;
}

/** An AWS service that delivers something, e.g. S3 a notification to a queue. */
export interface ServicePrincipal {
  readonly kind: "service";
  readonly accountId: string;
  /** e.g. `s3.amazonaws.com` */
  readonly principal: string;
  /** The resource on whose behalf it acts: `aws:SourceArn`. */
  readonly sourceArn: string;
}
