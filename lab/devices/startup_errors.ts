// Tells the lines of a startup that say that something went wrong.

/**
 * Bash itself and report_errors.bash name the file and its line. Init scripts end with "failed!".
 * The lab says which startup takes too long.
 */
const ERROR = /^\/hostlab\/\S+: line \d+: |\bfailed!|^its startup still runs/;

export function isStartupError(line: string): boolean {
  return ERROR.test(line);
}
