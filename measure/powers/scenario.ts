// A worker's life on a cluster of namespaces, with one power taken away: what fails first.
import {
  type Node,
  PROGRAMS as PROGRAMS_DIR,
  REFLECTOR_ADDRESS,
  startCluster,
} from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import {
  CNI_BIN_DIR,
  MANAGER,
  probe,
  REFLECTOR_ENV,
  workerEnv,
} from "../../tests/fixture/manager.ts";
import { addPod, call, canReach, pod } from "../../tests/fixture/pod.ts";
import { sleep } from "../../shared/process/time.ts";
import { writeReducedPrograms } from "../../tools/deno_run.ts";
import { Station } from "../faults/station.ts";
import { capabilitiesOf, type Power, type Role, without } from "./powers.ts";

const PODS = [pod("pc1", "02:00:00:00:00:01"), pod("pc2", "02:00:00:00:00:02")] as const;
const ADDRESSES = ["10.0.0.1", "10.0.0.2"] as const;
const LANS = "/run/netns/megalos";

/** Seconds that a step is waited for. */
const PATIENCE = 20;

interface Step {
  readonly what: string;
  readonly work: () => Promise<unknown>;
}

/** What fails first without the power, or undefined. Without a power, everything is there. */
export async function findNeed(power?: Power): Promise<string | undefined> {
  await using cluster = await startCluster();
  const { reflector, workers } = cluster;
  const [w1, w2] = workers;
  await using stations = new AsyncDisposableStack();
  const start = async (node: Node, role: Role, env: Record<string, string>) => {
    const wrap = (container: "frr" | "manager") => dropping(power, role, container);
    const password = { MEGALOS_BGP_PASSWORD: "secret" };
    const wrappers = { frr: wrap("frr"), manager: wrap("manager") };
    await install(node, role, env);
    return stations.use(await Station.start(node, role, { ...env, ...password }, wrappers));
  };
  let worker: Station | undefined;
  let rr: Station | undefined;
  const sees = (text: string) => async () => {
    await worker?.manager.logged(new RegExp(text));
  };
  const inLans = (...argv: string[]) => w1.must("nsenter", `--net=${LANS}`, ...argv);
  const reaches = () =>
    eventually(() => canReach(w1, PODS[0], ADDRESSES[1]), PATIENCE, "no frame passes");
  const inSession = () =>
    eventually(async () => await worker?.sessions() === 1, PATIENCE, "no BGP session");
  const steps: Step[] = [
    { what: "installation", work: () => provide(w1, power) },
    {
      what: "start of the reflector",
      work: async () => rr = await start(reflector, "route-reflector", REFLECTOR_ENV),
    },
    {
      what: "start of the worker",
      work: async () => {
        await name(w1, "rr.test", REFLECTOR_ADDRESS);
        const env = { ...workerEnv(0), MEGALOS_ROUTE_REFLECTORS: "rr.test" };
        worker = await start(w1, "worker", env);
      },
    },
    { what: "start of another worker", work: () => start(w2, "worker", workerEnv(1)) },
    {
      what: "readiness",
      work: () =>
        eventually(async () => await probe(w1, "/readyz") === "200 ok", PATIENCE, "not ready"),
    },
    { what: "ADD", work: () => addPod(w1, PODS[0], ADDRESSES[0]) },
    { what: "frames to another node", work: () => addPod(w2, PODS[1], ADDRESSES[1]).then(reaches) },
    // The limits of LANs are set a moment after their devices.
    {
      what: "a log without complaint",
      work: () => sleep(2_000).then(() => assertContent(worker!.manager.log)),
    },
    {
      what: "mending",
      work: () => inLans("ip", "link", "del", "net1-ntwork").then(sees("mended")).then(reaches),
    },
    {
      what: "VTEP filter",
      work: () => w1.must("nft", "list", "table", "inet", "megalos"),
    },
    { what: "restart of bgpd", work: () => worker!.kill("bgpd").then(inSession).then(reaches) },
    {
      what: "restart of the reflector's bgpd",
      work: () => rr!.kill("bgpd").then(inSession).then(reaches),
    },
    { what: "restart of zebra", work: () => worker!.kill("zebra").then(inSession).then(reaches) },
    {
      what: "pinning the LAN namespace again",
      work: () =>
        w1.must("sh", "-c", `while umount --lazy ${LANS} 2>&-; do :; done`)
          .then(sees("pinned again")).then(reaches),
    },
    {
      what: "an installation that finds all in place",
      work: async () => {
        const { stderr } = await w1.run(["env", `CNI_BIN_DIR=${CNI_BIN_DIR}`, MANAGER, "install"]);
        if (!stderr.includes("unchanged, launcher unchanged")) throw new Error(stderr);
      },
    },
    {
      what: "the role by IS_CONTROL_PLANE",
      work: async () => {
        const { stderr } = await w1.run(["env", "IS_CONTROL_PLANE=perhaps", MANAGER]);
        if (!stderr.includes('IS_CONTROL_PLANE is "perhaps"')) throw new Error(stderr);
      },
    },
    {
      what: "status",
      work: () =>
        eventually(
          async () => (await w1.run([MANAGER, "status"])).reason === "success",
          PATIENCE,
          "not ready",
        ),
    },
    {
      what: "DEL by the binary",
      work: async () => {
        await worker!.manager.end("TERM");
        const done = await call(w1, "DEL", PODS[0]);
        if (done.reason !== "success") throw new Error(done.stdout);
      },
    },
    { what: "uninstall", work: () => w1.must(MANAGER, "uninstall") },
    {
      what: "ADD and DEL on a node without a manager",
      work: async () => {
        await w1.must("ip", "route", "add", "default", "dev", "eth0");
        for (const verb of ["ADD", "DEL"]) {
          const done = await call(w1, verb, PODS[0], `${PROGRAMS_DIR}/megalos`);
          if (done.reason !== "success") throw new Error(done.stdout);
        }
      },
    },
  ];
  for (const { what, work } of steps) {
    try {
      await work();
    } catch (error) {
      const why = error instanceof Error ? error.message.split("\n")[0] : `${error}`;
      return `${what} (${why})`;
    }
  }
  return undefined;
}

/** Puts programs with fewer permissions in the place of the node's. */
async function provide(node: Node, power: Power | undefined): Promise<void> {
  if (power === undefined || !("program" in power.holder)) return;
  const dir = await writeReducedPrograms(power.holder.program, without(power));
  await node.must("mount", "--bind", dir, PROGRAMS_DIR);
}

/** Has a node know an address by a name. */
async function name(node: Node, host: string, address: string): Promise<void> {
  const script = 'echo "$1 $2" >/run/hosts && mount --bind /run/hosts /etc/hosts';
  await node.must("sh", "-c", script, "sh", address, host);
}

/** Does what the init container does, in folders as Kubernetes gives them to it. */
async function install(node: Node, role: Role, env: Record<string, string>): Promise<void> {
  const isWorker = role === "worker";
  await node.must("chown", "root:root", "/etc/frr", "/var/log/frr");
  await node.must("chmod", "777", "/etc/frr", "/var/log/frr");
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const powerless = isWorker ? [] : ["setpriv", "--inh-caps=-all", "--bounding-set=-all"];
  await node.must("env", ...variables, ...powerless, MANAGER, "install", role);
}

/** The words that start a program with a container's capabilities, but one. */
function dropping(power: Power | undefined, role: Role, container: "frr" | "manager"): string[] {
  const isMeant = power !== undefined && power.kind === "capability" && "role" in power.holder &&
    power.holder.role === role && power.holder.container === container;
  const kept = capabilitiesOf(role, container).filter((name) => !isMeant || name !== power.name);
  const set = ["-all", ...kept.map((name) => `+${name.toLowerCase()}`)].join(",");
  return ["setpriv", "--no-new-privs", "--inh-caps=-all", `--bounding-set=${set}`];
}

/** Throws when the manager has complained. A session may take two attempts. */
function assertContent(log: string): void {
  const complaint = log.split("\n").find((line) => /Z (warn|error) (?!BGP session)/.test(line));
  if (complaint !== undefined) throw new Error(complaint.replace(/^\S+ /, ""));
}
