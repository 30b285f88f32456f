// Commands that a reader may copy: pure. They are made of names that cannot mean anything else.

export interface Hint {
  readonly title: string;
  readonly command: string;
}

/** The embedded lab that is watched; undefined in a cluster. */
export interface LabWords {
  /** How the lab's program is called: `lab`, or `deno task lab`. */
  readonly program: "lab" | "deno task lab";
  readonly name: string;
}

/** What Kubernetes, and the lab, take as names of pods and namespaces (RFC 1123). */
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
/** Devices of the lab may have more. */
const DEVICE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/;
/** Linux takes more for interfaces than a shell takes as it is. */
const INTERFACE = /^[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,14}$/;

/** The lab that the page's address names after "#"; it is what `lab map` prints. */
export function readLabWords(hash: string): LabWords | undefined {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const name = words.get("lab");
  if (name === null || !/^[a-z0-9][a-z0-9-]{0,31}$/.test(name)) return undefined;
  return { name, program: words.has("task") ? "deno task lab" : "lab" };
}

/** How to get into a device; none where its names are none that a shell takes as they are. */
export function shellHints(
  { namespace, pod }: {
    readonly namespace?: string | undefined;
    readonly pod?: string | undefined;
  },
  lab: LabWords | undefined,
): Hint[] {
  if (pod === undefined || namespace === undefined) return [];
  const title = "Shell";
  if (lab !== undefined) {
    if (!DEVICE.test(pod)) return [];
    return [{ title, command: `${lab.program} connect --name ${lab.name} ${pod}` }];
  }
  if (!NAME.test(pod) || !NAME.test(namespace)) return [];
  return [{ title, command: `kubectl -n ${namespace} exec -it ${pod} -- sh` }];
}

/** How to see the frames of an interface; the device needs tcpdump. */
export function captureHints(
  port: {
    readonly namespace?: string | undefined;
    readonly pod?: string | undefined;
    readonly interface?: string | undefined;
  },
  lab: LabWords | undefined,
): Hint[] {
  const { namespace, pod, interface: ifname } = port;
  if (pod === undefined || namespace === undefined || ifname === undefined) return [];
  if (!INTERFACE.test(ifname)) return [];
  if (lab === undefined && (!NAME.test(pod) || !NAME.test(namespace))) return [];
  if (lab !== undefined && !DEVICE.test(pod)) return [];
  const enter = lab === undefined
    ? `kubectl -n ${namespace} exec ${pod} --`
    : `${lab.program} exec --name ${lab.name} ${pod}`;
  return [
    { title: `Capture ${ifname}`, command: `${enter} tcpdump -n -l -i ${ifname}` },
    {
      title: `Capture ${ifname} in Wireshark`,
      command: `${enter} tcpdump -U -i ${ifname} -w - | wireshark -k -i -`,
    },
  ];
}
