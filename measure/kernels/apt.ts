// A package manager of our own: it downloads kernels of every Debian and leaves the host's alone.
import { downloadEnv, must, type ToolContext } from "../../tools/checkout.ts";

const KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg";
/**
 * Where Debian's kernels are: 5.10 of Debian 11, 6.1 of 12, 6.12 of 13, and newer kernels of the
 * backports.
 */
const SOURCES = [
  "http://deb.debian.org/debian-security bullseye-security main",
  "http://deb.debian.org/debian bookworm main",
  "http://deb.debian.org/debian-security bookworm-security main",
  "http://deb.debian.org/debian trixie main",
  "http://deb.debian.org/debian-security trixie-security main",
  "http://deb.debian.org/debian trixie-backports main",
];
/** Only amd64 is emulated here. */
const ARCH = "amd64";
const MAX_AGE_MS = 24 * 60 * 60_000;

export class Apt {
  /** @param dir where its state is kept */
  constructor(private readonly dir: string, private readonly context: ToolContext) {}

  /** Reads the packages' lists anew, unless they are younger than a day. */
  async update(): Promise<void> {
    const [list, read] = [`${this.dir}/sources.list`, `${this.dir}/lists-read`];
    const lines = SOURCES.map((source) => `deb [signed-by=${KEYS}] ${source}\n`).join("");
    const { mtime } = await Deno.stat(read).catch(() => ({ mtime: null }));
    const isYoung = mtime !== null && Date.now() - mtime.getTime() < MAX_AGE_MS;
    if (isYoung && await Deno.readTextFile(list) === lines) return;
    const dirs = ["lists/partial", "cache/archives/partial", "empty"];
    for (const dir of dirs) await Deno.mkdir(`${this.dir}/${dir}`, { recursive: true });
    await Deno.writeTextFile(`${this.dir}/status`, "");
    await Deno.writeTextFile(list, lines);
    await this.#run("read the lists of Debian's kernels", "apt-get", "update");
    await Deno.writeTextFile(read, "");
  }

  /**
   * The records of all packages whose names match a regular expression, as apt-cache(8) prints
   * them.
   */
  async search(pattern: string): Promise<string> {
    return await this.#run(
      "search for kernels",
      "apt-cache",
      "search",
      "--full",
      "--names-only",
      pattern,
    );
  }

  /** Downloads packages, given as NAME=VERSION, into a folder. */
  async download(packages: readonly string[], folder: string): Promise<void> {
    await this.#run("download a kernel", "apt-get", "download", ...packages, { cwd: folder });
  }

  async #run(
    purpose: string,
    program: string,
    ...words: (string | { readonly cwd: string })[]
  ): Promise<string> {
    const cwd = words.find((word) => typeof word !== "string")?.cwd ?? this.dir;
    const args = words.filter((word) => typeof word === "string");
    const options = Object.entries({
      "APT::Architecture": ARCH,
      "APT::Architectures": ARCH,
      "APT::Sandbox::User": "root",
      "Dir::State": this.dir,
      "Dir::State::status": `${this.dir}/status`,
      "Dir::Cache": `${this.dir}/cache`,
      "Dir::Etc::SourceList": `${this.dir}/sources.list`,
      "Dir::Etc::SourceParts": `${this.dir}/empty`,
      "Dir::Etc::PreferencesParts": `${this.dir}/empty`,
      "Acquire::Languages": "none",
    }).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    const argv = ["env", "-C", cwd, program, "--quiet", ...options, ...args] as const;
    const env = downloadEnv(this.context);
    return (await must(purpose, { argv, env, maxOutputBytes: 64 * 1024 * 1024 })).stdout;
  }
}
