// A machine of qemu's that runs a kernel, and in it programs, one after the other.
// It ends with whoever started it.
import { type Conversation, converse } from "../../shared/process/exec.ts";
import { describe } from "../../shared/process/command.ts";
import { OWN_KERNEL } from "../../tests/fixture/own_kernel.ts";
import type { Accelerator } from "./accelerator.ts";
import type { BootFiles } from "./kernel.ts";

/** Emulating the vector units of a younger CPU costs half as much again. */
const EMULATED_CPU = ["-cpu", "Nehalem,+rdrand"];

/**
 * How CPUs come about. A steady machine counts time by its instructions, four nanoseconds each, and
 * ends the wait of each of its timers by the clock. So the load of the machine that emulates it
 * changes nothing in it. Such a machine has a single CPU. Kernel 6.1 does not boot where an
 * instruction takes less time.
 */
const ACCELERATORS = {
  kvm: ["-accel", "kvm", "-cpu", "host", "-smp", "2"],
  tcg: ["-accel", "tcg,thread=multi,tb-size=512", ...EMULATED_CPU, "-smp", "2"],
  // deno-fmt-ignore
  steady: ["-accel", "tcg,thread=single,tb-size=512", ...EMULATED_CPU, "-smp", "1",
    "-icount", "shift=2,sleep=on"],
} satisfies Record<Accelerator, readonly string[]>;

/** Files that make a machine, and what runs its CPUs. */
export interface Hardware {
  readonly root: string;
  readonly checkout: string;
  readonly accelerator: Accelerator;
}

/**
 * A time that is longer than everything that runs in one machine. Where CPUs are emulated, the
 * plugin's tests alone take hours. There is a limit so that a kernel that hangs where nobody looks
 * does not keep the cache for good: other runs wait for its lock.
 */
const LIFETIME_MS = 7 * 24 * 60 * 60_000;
const MIB = 4096;
/**
 * The agent is given this mark first, and prints it before each exit code. No program prints it.
 */
const MARK = "END-OF-PROGRAM";

/** How a kernel is told that it runs where all is slow, and that there is nobody to look at it. */
const KERNEL_WORDS = [
  "console=ttyS0",
  "quiet",
  "panic=-1",
  "mitigations=off",
  "pti=off",
  "nokaslr",
  "random.trust_cpu=on",
  // The kernel's warnings of other CPUs' silence are of no use where all CPUs are emulated by
  // turns.
  "nowatchdog",
  "rcupdate.rcu_cpu_stall_suppress=1",
  OWN_KERNEL,
];

/**
 * The command that starts a machine. The machine's port is the program's stdin and stdout, and its
 * console goes to a file.
 */
function machineArgv(
  boot: BootFiles,
  { root, checkout, accelerator }: Hardware,
  console: string,
): [string, ...string[]] {
  const drive = (file: string) => [
    "-drive",
    `file=${file.replaceAll(",", ",,")},format=raw,if=virtio,snapshot=on,cache=unsafe`,
  ];
  // Two emulated CPUs do not count alike; without that counter a steady machine would not boot.
  const words = [...KERNEL_WORDS, accelerator === "steady" ? "tsc=reliable" : "tsc=unstable"];
  // deno-fmt-ignore
  return [
    // A terminal's Ctrl-C is for the starter alone, which then ends this machine.
    "setsid",
    // The kernel ends this machine when its starter ends, in whatever way.
    "setpriv", "--pdeathsig", "KILL",
    "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
    "-M", "pc", ...ACCELERATORS[accelerator],
    "-m", `${MIB}M`,
    ...drive(root), ...drive(boot.modules), ...drive(checkout),
    "-serial", `file:${console.replaceAll(",", ",,")}`,
    "-chardev", "stdio,id=port,signal=off", "-device", "virtio-serial-pci",
    "-device", "virtserialport,chardev=port",
    "-device", "virtio-rng-pci",
    "-kernel", boot.kernel, "-initrd", boot.initramfs, "-append", words.join(" "),
  ];
}

export class Machine implements AsyncDisposable {
  private constructor(private readonly qemu: Conversation, private readonly console: string) {}

  /** Boots a kernel. Throws when it does not come up, with the last lines that it said. */
  static async boot(
    boot: BootFiles,
    hardware: Hardware,
    console: string,
    signal: AbortSignal,
  ): Promise<Machine> {
    const argv = machineArgv(boot, hardware, console);
    const qemu = converse({ argv, timeoutMs: LIFETIME_MS });
    if (qemu === undefined) throw new Error("Cannot boot a kernel: setsid is not installed");
    const machine = new Machine(qemu, console);
    // Whoever waits for a line is told by the end of all lines.
    signal.addEventListener("abort", () => qemu.kill());
    await qemu.write(`${MARK}\n`);
    await machine.#readToEnd(() => {});
    return machine;
  }

  /**
   * Runs a program of the machine and gives each line that the program prints to `onLine`. Answers
   * the exit code. Throws when the kernel ends before the program does.
   */
  async run(argv: readonly string[], onLine: (line: string) => void): Promise<number> {
    if (argv.some((word) => word.includes("\n"))) {
      throw new Error(`Cannot run ${JSON.stringify(argv)}: a word has a line's end`);
    }
    await this.qemu.write(`${[argv.length, ...argv].join("\n")}\n`);
    return await this.#readToEnd(onLine);
  }

  async #readToEnd(onLine: (line: string) => void): Promise<number> {
    for (let line; (line = await this.qemu.readLine("stdout")) !== undefined;) {
      const [, before = "", code] = new RegExp(`^(.*)${MARK} (\\d+)\r?$`).exec(line) ?? [];
      if (code === undefined) {
        onLine(line.replace(/\r$/, ""));
        continue;
      }
      // What was printed last had no line's end.
      if (before !== "") onLine(before);
      return Number(code);
    }
    const done = await this.qemu.end();
    const said = (await Deno.readTextFile(this.console).catch(() => "")).trim().split("\n");
    throw new Error(
      `Cannot go on: the kernel has ended: ${describe({ ...done, argv: ["qemu"] })}\n${
        said.slice(-60).join("\n")
      }`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.qemu.kill();
    await this.qemu.end();
  }
}
