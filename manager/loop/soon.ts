// Does a work soon after it is asked for: many askings are one run, and no two runs overlap.

export class Soon {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<unknown> = Promise.resolve();

  /**
   * @param work runs again at the next asking where it throws; whoever waits for {@link now} is
   * told why
   * @param delayMs from the first asking to the run, so that what comes together is done together
   */
  constructor(private readonly work: () => Promise<void>, private readonly delayMs: number) {}

  ask(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // The next look does it again, and tells why it fails.
      this.now().catch(() => {});
    }, this.delayMs);
  }

  /** Runs it when the run before has ended. */
  now(): Promise<void> {
    const run = this.#running.then(() => this.work());
    this.#running = run.catch(() => {});
    return run;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running;
  }
}
