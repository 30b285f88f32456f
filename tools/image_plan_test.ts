// Names and files of images, and what each builder is told.
import assert from "node:assert/strict";
import {
  BUILDERS,
  DEFAULT_BASE,
  DEFAULT_TAG,
  nameInFull,
  nameMadeBase,
  planImages,
  suiteOf,
} from "./image_plan.ts";

const request = { archs: ["amd64"], tag: DEFAULT_TAG, base: DEFAULT_BASE } as const;

Deno.test("one image has the tag and the file that were asked for", () => {
  assert.deepEqual(planImages({ ...request, tag: "me/x:1", output: "/tmp/x.tar" }), [{
    arch: "amd64",
    tag: "docker.io/me/x:1",
    base: "docker.io/library/debian:forky-slim",
    file: "/tmp/x.tar",
  }]);
  assert.equal("file" in planImages(request)[0]!, false);
});

Deno.test("images of several architectures have tags and files of their own", () => {
  const plans = planImages({
    ...request,
    archs: ["amd64", "arm64"],
    tag: "x",
    output: "/tmp/x.tar",
  });
  assert.deepEqual(plans.map(({ tag, file }) => [tag, file]), [
    ["docker.io/library/x:latest-amd64", "/tmp/x-amd64.tar"],
    ["docker.io/library/x:latest-arm64", "/tmp/x-arm64.tar"],
  ]);
  const [bare] = planImages({ ...request, archs: ["arm64", "amd64"], output: "/tmp/image" });
  assert.equal(bare?.file, "/tmp/image-arm64");
});

const NAMES: readonly [string, string][] = [
  ["debian", "docker.io/library/debian:latest"],
  ["debian:forky", "docker.io/library/debian:forky"],
  ["kathara/base:1", "docker.io/kathara/base:1"],
  ["localhost/x:1", "localhost/x:1"],
  ["registry.example/x", "registry.example/x:latest"],
  ["registry:5000/a/b", "registry:5000/a/b:latest"],
  ["registry:5000/a/b:2", "registry:5000/a/b:2"],
  ["debian@sha256:00", "docker.io/library/debian@sha256:00"],
  ["debian:trixie-slim@sha256:00", "docker.io/library/debian:trixie-slim@sha256:00"],
];

for (const [name, full] of NAMES) {
  Deno.test(`${name} is ${full}, and in full already stays so`, () => {
    assert.equal(nameInFull(name), full);
    assert.equal(nameInFull(full), full);
  });
}

Deno.test("debootstrap can stand in for images of a Debian suite only", () => {
  for (const name of ["debian:trixie", "debian:trixie-slim", "debian:trixie-20260518-slim"]) {
    assert.equal(suiteOf(nameInFull(name)), "trixie", name);
  }
  for (const name of ["debian", "debian:13", "debian@sha256:0", "ubuntu:noble", "notdebian:sid"]) {
    assert.equal(suiteOf(nameInFull(name)), name === "debian" ? "latest" : undefined, name);
  }
  // Nothing that is made here has the digest that was asked for.
  assert.equal(suiteOf(nameInFull("debian:trixie-slim@sha256:00")), undefined);
});

Deno.test("a base that is made here has a name for each architecture", () => {
  const names = (["amd64", "arm64"] as const).map((arch) =>
    nameMadeBase(nameInFull(DEFAULT_BASE), arch)
  );
  assert.deepEqual(names, [
    "localhost/megalos-base/forky:amd64",
    "localhost/megalos-base/forky:arm64",
  ]);
  for (const name of names) assert.equal(nameInFull(name), name);
});

for (const builder of BUILDERS) {
  Deno.test(`${builder.name} is told platform, arguments, tag and context`, () => {
    const argv = builder.build({ context: "/c", tag: "t:1", arch: "arm64", args: { BASE: "b:1" } });
    assert.equal(argv[0], builder.name);
    // deno-fmt-ignore
    assert.deepEqual(argv.slice(-7), ["--platform", "linux/arm64", "--build-arg", "BASE=b:1",
      "--tag", "t:1", "/c"]);
    for (
      const other of [builder.pull("t:1", "arm64"), builder.save("t:1", "/f"), ...builder.probes]
    ) {
      assert.equal(other[0], builder.name);
    }
    assert.match(builder.save("t:1", "/f").join(" "), /\/f/);
    assert.equal(builder.readArch("t:1").at(-1), "t:1");
  });
}
