import type { Caller } from "../caller.ts";

/** Whom a statement of a resource's policy is about. */
export type Principals = (caller: Caller, effect: "Allow" | "Deny") => boolean;

const roleOrUser =
  /^arn:aws:(?:iam::\d{12}:(?:role|user)\/[\w+=,.@/-]+|sts::\d{12}:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+)$/;
const account = /^(?:(\d{12})|arn:aws:iam::(\d{12}):root)$/;
const service = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$/;

/** `AWS: ["*"]` is everyone, services included. */
interface PrincipalElement {
  readonly AWS?: readonly string[] | undefined;
  readonly Service?: readonly string[] | undefined;
}

/**
 * An account in an Allow only lets that account's own policies decide, so within the account it allows nobody by itself
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html); in a Deny it is everyone
 * of the account.
 * @throws Error for a principal that AWS would refuse, a wildcard within one among them
 */
export function readPrincipal(element: PrincipalElement): Principals {
  const { names, accounts, everyone } = read(element);
  return (caller, effect) => {
    if (everyone) return true;
    if (caller.kind === "service") return names.has(caller.principal);
    return (
      identitiesOf(caller).some((one) => names.has(one)) ||
      (effect === "Deny" && accounts.has(caller.accountId))
    );
  };
}

/**
 * Everyone but those named. A role's session is excepted only when its role, itself and its account are named, as IAM
 * advises to write it; with less, AWS may deny it.
 */
export function readNotPrincipal(element: PrincipalElement): Principals {
  const { names, accounts, everyone } = read(element);
  return (caller) => {
    if (everyone) return false;
    if (caller.kind === "service") return !names.has(caller.principal);
    return !(accounts.has(caller.accountId) && identitiesOf(caller).every((one) => names.has(one)));
  };
}

function read(element: PrincipalElement) {
  const names = new Set<string>();
  const accounts = new Set<string>();
  let everyone = false;
  for (const name of element.Service ?? []) {
    if (!service.test(name)) throw invalid(name);
    names.add(name);
  }
  for (const name of element.AWS ?? []) {
    const [matched, bare, root] = account.exec(name) ?? [];
    if (name === "*") everyone = true;
    else if (matched !== undefined) {
      accounts.add(bare ?? root ?? "");
      // Nobody calls as the account's root here: as a caller it stands for the account itself.
      names.add(`arn:aws:iam::${bare ?? root}:root`);
    } else if (roleOrUser.test(name)) names.add(name);
    else throw invalid(name);
  }
  return { names, accounts, everyone };
}

const invalid = (name: string): Error => new Error(`Invalid principal in policy: "${name}"`);

function identitiesOf(caller: Exclude<Caller, { kind: "service" }>): readonly string[] {
  return caller.kind === "role" ? [caller.roleArn, caller.arn] : [caller.arn];
}
