// The kernels that make a VXLAN device in the node's namespace first, by what uname(2) says.
import assert from "node:assert/strict";
import { type Birthplace, birthplaceOn } from "./unborn_vxlan.ts";

const RELEASES: readonly [release: string, Birthplace][] = [
  ["5.10.0-35-amd64", "node"],
  ["6.1.0-38-cloud-amd64", "node"],
  ["6.12.118+deb13-amd64", "node"],
  ["6.14.11", "node"],
  ["6.15.0-rc1", "lan"],
  ["6.18.15", "lan"],
  ["7.3.4-amd64", "lan"],
  ["2.6.78", "node"],
  ["what", "node"],
];

for (const [release, birthplace] of RELEASES) {
  Deno.test(`${release} makes a VXLAN device in the namespace of the ${birthplace}`, () => {
    assert.equal(birthplaceOn(release), birthplace);
  });
}
