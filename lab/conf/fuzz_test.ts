// Labs with anything in their files: a plan, or one error that says the file and the line.
import fc from "fast-check";
import { READERS } from "./fuzz_readers.ts";
import { readLab } from "./read_lab.ts";
import { run } from "../../shared/process/exec.ts";
import { makeFolder } from "../../tests/fixture/folder.ts";
import { fuzz, json, mayRefuse, text } from "../../tests/fixture/fuzz.ts";

const part = fc.oneof(
  text,
  fc.constantFrom("pc1", "0", "A", "exec", "mem", "env", "sysctl", "ulimit", "ipv6", "LAB_NAME"),
);

/** Lines that are nearly right. */
const line = fc.oneof(
  fc.tuple(part, part, part).map(([device, key, value]) => `${device}[${key}]=${value}`),
  fc.tuple(part, part).map(([key, value]) => `${key}="${value}"`),
  fc.tuple(part, fc.nat(), part).map(([device, s, command]) => `${device} ${s} ${command}`),
  fc.tuple(part, part).map(([device, other]) => `${device}: ${other}`),
  part,
);
const file = fc.array(line, { maxLength: 6 }).map((lines) => lines.join("\n"));

for (const [what, { read }] of Object.entries(READERS)) {
  fuzz(`${what}, of any text`, file, (given) => mayRefuse(() => read(given)));
}

/** What may stand under a name in a lab's folder. */
const entry = fc.oneof(
  file.map((text) => ({ kind: "file" as const, text })),
  json.map((value) => ({ kind: "file" as const, text: JSON.stringify(value) ?? "" })),
  fc.constantFrom({ kind: "folder" as const }, { kind: "fifo" as const }, {
    kind: "loop" as const,
  }),
);
const folder = fc.dictionary(
  fc.constantFrom("lab.check", "lab.dep", "lans.json", "pc1.startup", "shared.startup", "pc1"),
  entry,
);
const GOOD_CONF = { kind: "file" as const, text: "pc1[0]=A\n" };
const conf = fc.oneof({ weight: 3, arbitrary: fc.constant(GOOD_CONF) }, {
  weight: 1,
  arbitrary: entry,
});

fuzz("any folder of a lab", fc.tuple(conf, folder), async ([conf, others]) => {
  await using lab = await makeFolder();
  for (const [name, one] of Object.entries({ ...others, "lab.conf": conf })) {
    const path = `${lab.dir}/${name}`;
    if (one.kind === "file") await Deno.writeTextFile(path, one.text);
    if (one.kind === "folder") await Deno.mkdir(path);
    if (one.kind === "loop") await Deno.symlink(name, path);
    if (one.kind === "fifo") await run({ argv: ["mkfifo", path] });
  }
  await mayRefuse(() => readLab(lab.dir));
}, 300);
