// What a run ends with: 0 when all that was run held, 1 when something did not, 3 when nothing was.
import { type KernelReport, NoKernels } from "./test_kernels.ts";

export interface Run {
  readonly reports: readonly KernelReport[];
  /** What has ended it before its end, if anything. */
  readonly error: unknown;
  /** Its time was over. */
  readonly interrupted: boolean;
}

export function exitCode({ reports, error, interrupted }: Run): 0 | 1 | 3 {
  if (!reports.every(isGood)) return 1;
  const ended = reports.flatMap(({ verdicts }) => verdicts.filter((one) => !one.stopped));
  if (error instanceof NoKernels || interrupted && ended.length === 0) return 3;
  return error === undefined || interrupted ? 0 : 1;
}

function isGood({ ended, verdicts }: KernelReport): boolean {
  return ended === undefined && verdicts.every(({ failures }) => failures.length === 0);
}
