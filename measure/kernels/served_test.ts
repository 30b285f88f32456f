// Kernels are picked out of what apt-cache prints: the newest of a line, its parts, a wanted one.
import assert from "node:assert/strict";
import { compareVersions, IMAGES, pickKernels, readServed } from "./served.ts";

const RECORDS = `Package: linux-image-6.1.0-9-amd64
Version: 6.1.99-1
Depends: kmod, linux-base (>= 4.3~)

Package: linux-image-6.1.0-57-amd64-unsigned
Version: 6.1.192-3
Depends: kmod, linux-base (>= 4.3~)

Package: linux-image-6.1.0-0.deb11.57-amd64
Version: 6.1.192-3~deb11u1
Depends: kmod

Package: linux-image-7.3.4+deb13-amd64
Version: 7.3.4-1~bpo13+1
Depends: dracut, linux-base-7.3.4+deb13-amd64 (= 7.3.4-1~bpo13+1), linux-binary-7.3.4+deb13-amd64 (= 7.3.4-1~bpo13+1)

Package: linux-image-5.10.0-46-amd64
Version: 5.10.262-1
Depends: kmod

`;

Deno.test("the newest kernel of each line is served, with all packages that it is made of", () => {
  assert.deepEqual(readServed(RECORDS), [
    {
      release: "5.10.0-46-amd64",
      version: "5.10.262-1",
      packages: ["linux-image-5.10.0-46-amd64=5.10.262-1"],
    },
    {
      release: "6.1.0-57-amd64",
      version: "6.1.192-3",
      packages: ["linux-image-6.1.0-57-amd64-unsigned=6.1.192-3"],
    },
    {
      release: "7.3.4+deb13-amd64",
      version: "7.3.4-1~bpo13+1",
      packages: [
        "linux-image-7.3.4+deb13-amd64=7.3.4-1~bpo13+1",
        "linux-base-7.3.4+deb13-amd64=7.3.4-1~bpo13+1",
        "linux-binary-7.3.4+deb13-amd64=7.3.4-1~bpo13+1",
      ],
    },
  ]);
});

Deno.test("the oldest and the newest kernel are picked, or those that are asked for", () => {
  const served = readServed(RECORDS);
  const pick = (...wanted: string[]) => pickKernels(served, wanted).map(({ version }) => version);
  assert.deepEqual(pick(), ["5.10.262-1", "7.3.4-1~bpo13+1"]);
  assert.deepEqual(pick("6.1"), ["6.1.192-3"]);
  assert.throws(() => pick("6.1", "4.19"), {
    message: "Cannot use 4.19: Debian serves kernels 5.10, 6.1, 7.3",
  });
});

Deno.test("plain kernels are asked for, not those for clouds or real time, nor lines", () => {
  const isKernel = (name: string) => new RegExp(IMAGES).test(`linux-image-${name}`);
  assert.ok(["5.10.0-46-amd64", "6.12.118+deb13-amd64", "6.1.0-57-amd64-unsigned"].every(isKernel));
  assert.ok(!["7.3.4+deb13-rt-amd64", "6.1.0-57-cloud-amd64", "6.1-amd64"].some(isKernel));
});

Deno.test("versions are ordered as Debian orders them", () => {
  const ordered = ["5.10.262-1", "6.1.9-1", "6.1.10-1~deb11u1", "6.1.10-1", "6.1.10-1+b1"];
  for (const [at, version] of ordered.entries()) {
    for (const [other, next] of ordered.entries()) {
      assert.equal(Math.sign(compareVersions(version, next)), Math.sign(at - other));
    }
  }
});
