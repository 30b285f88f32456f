// What can go wrong, as one closed union. Each kind has a CNI code, or the type check fails.

/** A failure that is an answer: thrown by whoever finds it, caught once at the boundary. */
export interface Fault {
  readonly kind:
    | "incompatible-version"
    | "environment"
    | "io"
    | "decode"
    | "config"
    | "netns"
    | "try-later"
    | "not-available"
    | "check"
    | "kernel"
    | "internal";
  /** One line, "Cannot X: Y is Z". */
  readonly msg: string;
  /** The command that failed and what it said, or the list of what would be right. */
  readonly details?: string;
}

/** Carries a {@link Fault} up the stack. */
export class FaultError extends Error {
  override readonly name = "FaultError";
  constructor(readonly fault: Fault, options?: ErrorOptions) {
    super(fault.msg, options);
  }
}

/** Throws a {@link FaultError}; an expression, so that it can stand where a value is wanted. */
export function fail(kind: Fault["kind"], msg: string, details?: string): never {
  throw new FaultError(details === undefined ? { kind, msg } : { kind, msg, details });
}
