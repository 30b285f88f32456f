// Ends a wait of bgpd that was told where a configuration begins, and not where it ends.
import { run } from "../../shared/process/exec.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import type { Observation } from "../loop/observation.ts";
import type { Session } from "./query.ts";
import { FRR_CONF } from "./start_files.ts";
import { vtysh } from "./vtysh.ts";

/** bgpd waits for ten minutes (`bgp_config_start` in bgp_vty.c). An Idle session starts in 1 s. */
const IDLE_MS = 15_000;

/** Whether bgpd tries none of its sessions. */
function areIdle(sessions: readonly Pick<Session, "state">[]): boolean {
  return sessions.length > 0 && sessions.every(({ state }) => state === "Idle");
}

/** Gives bgpd its configuration again, begin and end, when no session was tried for long. */
export class IdleSessions implements Duty {
  readonly name = "give bgpd its configuration again";
  #since: number | undefined;

  constructor(
    private readonly tell: Tell,
    private readonly configure: () => Promise<void> = configureAgain,
  ) {}

  get isUnsettled(): boolean {
    return this.#since !== undefined;
  }

  async look({ at, daemons, sessions }: Observation): Promise<void> {
    if (!daemons.includes("bgpd") || !areIdle(sessions)) return void (this.#since = undefined);
    this.#since ??= at;
    const ms = at - this.#since;
    if (ms < IDLE_MS) return;
    this.#since = at;
    await this.configure();
    this.tell({ kind: "frr-configured-again", ms });
  }
}

/** What vtysh says of lines is left out, because a line may hold a password. */
async function configureAgain(): Promise<void> {
  const done = await run(vtysh.applyFile(FRR_CONF));
  if (done.reason === "success") return;
  throw new Error(`vtysh -f ${FRR_CONF} has ended with ${done.code ?? done.reason}`);
}
