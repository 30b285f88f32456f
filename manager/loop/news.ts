// What has changed on a node between two looks: pure.
import type { Happening } from "../events/event.ts";
import type { Session } from "../frr/query.ts";
import type { Observation } from "./observation.ts";

/** FRR counts the age of a session in whole seconds. */
const UPTIME_STEP_MS = 1_000;

/** What has happened since `before`, which is undefined at the first look. */
export function findNews(before: Observation | undefined, now: Observation): Happening[] {
  return [
    ...before === undefined ? [] : findDaemonNews(before, now),
    ...findSessionNews(before, now),
  ];
}

/** A daemon may have been down between two looks. */
function findDaemonNews(before: Observation, now: Observation): Happening[] {
  const isNew = (daemon: string) => {
    const [was, is] = [before.started?.get(daemon), now.started?.get(daemon)];
    return was !== undefined && is !== undefined && was !== is;
  };
  const down = before.daemons.filter((daemon) => !now.daemons.includes(daemon) || isNew(daemon));
  const up = now.daemons.filter((daemon) => !before.daemons.includes(daemon) || isNew(daemon));
  return [
    ...down.map((daemon): Happening => ({ kind: "daemon-down", daemon })),
    ...up.map((daemon): Happening => ({ kind: "daemon-up", daemon })),
  ];
}

/** A reflector's list has no session of a worker that is down: that one is gone. */
function findSessionNews(before: Observation | undefined, now: Observation): Happening[] {
  const known = new Map(before?.sessions.filter(isUp).map((one) => [one.peer, one]));
  const found = new Map(now.sessions.map((one) => [one.peer, one]));
  const down = [...known.values()].flatMap((was): Happening[] => {
    const is = found.get(was.peer);
    if (is !== undefined && isUp(is) && !isNewerThan(before?.at, is, now.at)) return [];
    const state = is === undefined ? "gone" : isUp(is) ? "it is back already" : is.state;
    return [{ kind: "session-down", ...nameOf(was), state }];
  });
  const up = now.sessions.filter((one) =>
    isUp(one) && (!known.has(one.peer) || isNewerThan(before?.at, one, now.at))
  );
  return [...down, ...up.map((one): Happening => ({ kind: "session-up", ...nameOf(one) }))];
}

/** Whether a session certainly began after the look before: then that look saw an earlier one. */
function isNewerThan(look: number | undefined, { uptimeMs }: Session, at: number): boolean {
  return look !== undefined && at - uptimeMs - UPTIME_STEP_MS > look;
}

function nameOf({ peer, hostname }: Session) {
  return hostname === undefined ? { peer } : { peer, hostname };
}

export function isUp({ state }: Pick<Session, "state">): boolean {
  return state === "Established";
}
