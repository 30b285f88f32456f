// Times calls inside a node: a shell there takes the time, so that entering the node does not count.
import assert from "node:assert/strict";
import type { Node } from "../fixture/cluster.ts";
import type { Peer } from "./peers.ts";

// Arguments: verb, container, interface, config, program...; prints the microseconds that the call took.
const TIME_CALL = `
export CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_NETNS=/run/netns/$2 CNI_IFNAME=$3 CNI_PATH=/opt/cni/bin
config=$4; shift 4
start=\${EPOCHREALTIME/./}
answer=$(printf %s "$config" | "$@") || { echo "$answer" >&2; exit 1; }
echo $((\${EPOCHREALTIME/./} - start))
`;

/** Milliseconds of one call. */
export async function timeCall(
  node: Node,
  peer: Peer,
  verb: "ADD" | "DEL",
  container: string,
  lan: number,
): Promise<number> {
  const config = JSON.stringify(peer.config(lan));
  const { reason, stdout, stderr } = await node.run(
    ["bash", "-c", TIME_CALL, "bash", verb, container, interfaceOf(peer), config, ...peer.argv],
  );
  assert.equal(reason, "success", `${peer.name} ${verb}: ${stderr}`);
  return Number(stdout) / 1000;
}

// Arguments: verb, interface, how many at a time, file with a container and its config a line, program...
const TIME_MANY = `
export CNI_COMMAND=$1 CNI_IFNAME=$2 CNI_PATH=/opt/cni/bin
width=$3 file=$4; shift 4
start=\${EPOCHREALTIME/./}
xargs -a "$file" -d '\\n' -P "$width" -I LINE dash -c '
  CNI_CONTAINERID=\${1%% *}; export CNI_CONTAINERID
  export CNI_NETNS=/run/netns/$CNI_CONTAINERID
  config=\${1#* }; shift
  answer=$(printf %s "$config" | "$@") || { echo "$answer" >&2; exit 1; }
' dash LINE "$@" || exit
echo $((\${EPOCHREALTIME/./} - start))
`;

/** Milliseconds of 60 calls on 10 LANs, so many at a time. */
export async function timeMany(
  node: Node,
  peer: Peer,
  verb: "ADD" | "DEL",
  containers: readonly string[],
  width: number,
): Promise<number> {
  const lines = containers.map((container, index) =>
    `${container} ${JSON.stringify(peer.config(index % 10))}`
  );
  await node.run(["tee", "/run/calls.txt"], { stdin: lines.join("\n") + "\n" });
  const { reason, stdout, stderr } = await node.run(
    [
      "bash",
      "-c",
      TIME_MANY,
      "bash",
      verb,
      interfaceOf(peer),
      `${width}`,
      "/run/calls.txt",
      ...peer.argv,
    ],
    { timeoutMs: 120_000 },
  );
  assert.equal(reason, "success", `${peer.name} ${verb}: ${stderr}`);
  return Number(stdout) / 1000;
}

function interfaceOf({ name }: Peer): string {
  return `x${name}`;
}
