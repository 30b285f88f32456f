// A worker's life on a cluster of namespaces, with one power taken away: what fails first.
import {
  type Node,
  PROGRAMS as PROGRAMS_DIR,
  REFLECTOR_ADDRESS,
  startCluster,
  workerAddress,
} from "../../tests/fixture/cluster.ts";
import { LANS } from "../../tests/fixture/bare_node.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import {
  CNI_BIN_DIR,
  MANAGER,
  probe,
  REFLECTOR_ENV,
  workerEnv,
} from "../../tests/fixture/manager.ts";
import { addPod, call, canReach, pod } from "../../tests/fixture/pod.ts";
import { askView } from "../../tests/fixture/view.ts";
import { sleep } from "../../shared/process/time.ts";
import { writeReducedPrograms } from "../../tools/deno_run.ts";
import { PINNED, Station } from "../faults/station.ts";
import type { At } from "../progress.ts";
import { inContainer, VOLUMES } from "./container.ts";
import type { Role } from "./manifest.ts";
import { type Power, without } from "./powers.ts";

const PODS = [
  pod("pc1", "02:00:00:00:00:01"),
  pod("pc2", "02:00:00:00:00:02"),
  pod("pc3", "02:00:00:00:00:03"),
] as const;
const ADDRESSES = ["10.0.0.1", "10.0.0.2", "10.0.0.3"] as const;
const OTHER_ADDRESS = "10.99.0.2";
const SESSIONS = "show bgp l2vpn evpn summary";
const PASSWORD = "/etc/megalos/bgp/password";
const TOKEN_FILE = "/etc/megalos/http/token";
const TOKEN = "a-token-of-the-test";

/** Seconds that a step is waited for. */
const PATIENCE = 20;

interface Step {
  readonly what: string;
  readonly work: () => Promise<unknown>;
  /** It needs mount(2), which containerd's AppArmor profile refuses. */
  readonly mounts?: true;
}

export interface Life {
  /** The nodes' file system: a Debian with another FRR. */
  readonly root?: string | undefined;
  /** Words in front of what runs in each container that is not privileged. */
  readonly profile?: readonly string[];
}

/** What fails first without the power, or undefined. Without a power, everything is there. */
export async function findNeed(
  power: Power | undefined,
  { root, profile }: Life,
  at: At,
): Promise<string | undefined> {
  await using cluster = await startCluster(root);
  const { reflector, workers } = cluster;
  const [w1, w2] = workers;
  await using stations = new AsyncDisposableStack();
  const start = async (node: Node, role: Role, env: Record<string, string>) => {
    const wrap = (container: "frr" | "manager") => inContainer(power, role, container, profile);
    const wrappers = { frr: wrap("frr"), manager: wrap("manager") };
    const all = {
      ...env,
      CNI_BIN_DIR: "/host/opt/cni/bin",
      MEGALOS_BGP_PASSWORD_FILE: PASSWORD,
      MEGALOS_HTTP_TOKEN_FILE: TOKEN_FILE,
    };
    await provideVolumes(node);
    await install(node, inContainer(power, role, "install", profile), role, all);
    return stations.use(await Station.start(node, role, all, wrappers));
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
  const restart = async (daemon: string) => {
    await worker!.kill(daemon);
    await eventually(() => worker!.isServing(), PATIENCE, `${daemon} is not back`);
    await inSession();
    await reaches();
  };
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
    {
      what: "liveness over IPv6",
      work: async () => {
        const answer = await probe(w1, "/healthz", "::1");
        if (answer !== "200 ok") throw new Error(answer);
      },
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
    {
      what: "the reflector's view",
      work: () =>
        eventually(
          async () => {
            const { stdout } = await reflector.run([MANAGER, "devices"]);
            return new RegExp(`^lab/${PODS[0].name} .* w1 `, "m").test(stdout);
          },
          PATIENCE,
          "it does not show the worker's device",
        ),
    },
    {
      what: "a scrape from another node",
      work: async () => {
        for (const address of [REFLECTOR_ADDRESS, workerAddress(0)]) {
          const { status, body } = await askView(w2, { address, token: TOKEN });
          if (status !== 200) throw new Error(`${address} answers ${status}: ${body}`);
        }
      },
    },
    { what: "restart of bgpd", work: () => restart("bgpd") },
    {
      what: "restart of the reflector's bgpd",
      work: () => rr!.kill("bgpd").then(inSession).then(reaches),
    },
    { what: "restart of zebra", work: () => restart("zebra") },
    // frr-reload.py has work: another neighbor.
    {
      what: "a reflector at another address",
      work: async () => {
        await reflector.must("ip", "address", "add", `${OTHER_ADDRESS}/24`, "dev", "br0");
        await name(w1, "rr.test", OTHER_ADDRESS);
        await eventually(
          async () => (await w1.must("vtysh", "-c", SESSIONS)).includes(OTHER_ADDRESS),
          PATIENCE,
          "FRR is not told",
        );
        await inSession();
      },
    },
    {
      what: "a reflector with another setting",
      work: async () => {
        await rr!.manager.end("TERM");
        await rr!.startManager({ MEGALOS_NODE_NETWORKS: "10.99.0.0/24" });
        await rr!.manager.logged(/FRR runs it: applied/);
        await inSession();
      },
    },
    {
      what: "a manager that starts again, where the plugin is gone",
      work: async () => {
        await worker!.manager.end("TERM");
        await w1.must("rm", `${CNI_BIN_DIR}/megalos`);
        await worker!.startManager();
        // By its monitor it holds the LAN namespace.
        await eventually(
          async () => (await w1.must("ps", "-e", "-o", "args=")).includes(" monitor link"),
          PATIENCE,
          "the manager does not look after LANs",
        );
      },
    },
    // A container cannot give the name back to the node. It has one of its own, so calls go on.
    {
      what: "a LAN namespace without its name",
      mounts: true,
      work: async () => {
        await w1.must("sh", "-c", `while umount --lazy ${LANS} 2>&-; do :; done; rm ${LANS}`);
        await sees("pinned again")();
        await addPod(w1, PODS[2], ADDRESSES[2]);
        await w1.must("mount", "--bind", PINNED, LANS);
        await eventually(() => canReach(w1, PODS[2], ADDRESSES[1]), PATIENCE, "no frame passes");
      },
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
        for (const one of [PODS[0], PODS[2]]) {
          const done = await call(w1, "DEL", one);
          if (done.reason !== "success") throw new Error(done.stdout);
        }
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
  for (const { what, work } of steps.filter(({ mounts }) => !mounts || profile === undefined)) {
    at(what);
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

// What is mounted in /run is seen by containers, as on a node that systemd has started.
const PROVIDE = `
set -e
mkdir -p /run/netns
mount --bind /run/netns /run/netns
mount --make-rshared /run
mkdir -p "$@"
chmod 777 "$3" "$4" "$5"
chown root:root "$3"
umask 277
echo secret >"$1/password"
echo ${TOKEN} >"$2/token"
`;

/** Makes a node's volumes, as Kubernetes gives them to a pod. */
async function provideVolumes(node: Node): Promise<void> {
  const folders = (["bgp", "http", "etc-frr", "run-frr", "log-frr"] as const).map((name) =>
    VOLUMES[name]
  );
  await node.must("sh", "-c", PROVIDE, "sh", ...folders);
}

/** Runs the init container. */
async function install(
  node: Node,
  wrapper: readonly string[],
  role: Role,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const done = await node.run(["env", ...variables, ...wrapper, MANAGER, "install", role]);
  const last = done.stderr.trimEnd().split("\n").at(-1);
  if (done.reason !== "success") throw new Error(`${last ?? done.reason}`);
}

/** Throws when the manager has complained. A session may take two attempts. */
function assertContent(log: string): void {
  const complaint = log.split("\n").find((line) => /Z (warn|error) (?!BGP session)/.test(line));
  if (complaint !== undefined) throw new Error(complaint.replace(/^\S+ /, ""));
}
