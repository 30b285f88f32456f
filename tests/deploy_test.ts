// The manifests agree: one version, one text in two places, settings that the manager knows.
import assert from "node:assert/strict";
import { run } from "../shared/process/exec.ts";
import { VERSION } from "../shared/version.ts";
import { HOST_ARCH } from "../tools/arch.ts";
import { programPath } from "../tools/build.ts";
import { ROOT } from "../tools/checkout.ts";

const DEPLOY = `${ROOT}/deploy`;
const PARTS = ["reflector/service.yml", "reflector/deployment.yml", "worker/daemonset.yml"];

const manifests = new Map(
  Array.from(listFiles(DEPLOY), (path) => [path, Deno.readTextFileSync(path)]),
);

Deno.test("kathara-daemonset.yml is a heading and the parts that overlays build on", () => {
  const parts = PARTS.map((part) => manifests.get(`${DEPLOY}/base/${part}`));
  const whole = manifests.get(`${DEPLOY}/kathara-daemonset.yml`) ?? "";
  const heading = /^(#.*\n)*?(?=# The reflector's address)/.exec(whole)?.[0] ?? "";
  assert.equal(whole, heading + parts.join("---\n"));
});

Deno.test("every image is of this version", () => {
  const images = [...manifests].filter(([path]) => !path.includes("/examples/"))
    .flatMap(([, text]) => Array.from(text.matchAll(/^ *image: (\S+)$/gm), ([, image]) => image));
  assert.ok(images.length > 6, `${images}`);
  assert.deepEqual(
    new Set(images),
    new Set([`docker.io/kathara/megalos-bgp-manager:${VERSION}`]),
  );
});

Deno.test("the reflector's number of sessions follows from the memory limit of its FRR", () => {
  const text = manifests.get(`${DEPLOY}/base/reflector/deployment.yml`) ?? "";
  const [, variable = "", reference] =
    /- name: (MEGALOS_\w+)\n +valueFrom:\n +resourceFieldRef: (\{.*\})\n/.exec(text) ?? [];
  assert.equal(variable, "MEGALOS_FRR_MEMORY");
  assert.equal(reference, "{ containerName: frr, resource: limits.memory, divisor: 1Mi }");
});

Deno.test("every variable is a setting of the manager", async () => {
  const help = (await run({ argv: ["env", programPath("manager", HOST_ARCH), "--help"] })).stdout;
  const given = [...manifests.values()].flatMap((text) =>
    Array.from(text.matchAll(/- (?:\{ )?name: ([A-Z_]+)/g), ([, name]) => name)
  );
  const wrong = given.filter((name) => !help.split(/[^A-Z_]+/).includes(name ?? ""));
  assert.ok(given.includes("NODE_IP"), `${given}`);
  assert.deepEqual(wrong, []);
});

function* listFiles(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* listFiles(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}
