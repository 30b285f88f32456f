// When FRR's daemons have started, by the PID files that each of them writes then.

const DIR = "/run/frr";
/** Those whose files this program may look at. */
const DAEMONS = ["bgpd", "watchfrr", "zebra"];

/** In ms since 1970, by the daemons' names; a daemon without such a file is left out. */
export async function readStarts(): Promise<ReadonlyMap<string, number>> {
  const starts = await Promise.all(DAEMONS.map(async (daemon) => {
    const file = await Deno.stat(`${DIR}/${daemon}.pid`).catch(() => undefined);
    return [daemon, file?.mtime?.getTime()] as const;
  }));
  return new Map(starts.filter((one): one is readonly [string, number] => one[1] !== undefined));
}
