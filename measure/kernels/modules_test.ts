// A module comes with all that it needs; what a kernel has built in is passed over.
import assert from "node:assert/strict";
import { moduleClosure } from "./modules.ts";

Deno.test("modules are found by name, with all that they need", () => {
  const dependencies = `kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko kernel/lib/crc16.ko
kernel/fs/jbd2/jbd2.ko:
kernel/lib/crc16.ko:
kernel/crypto/crc32c-intel.ko: kernel/lib/crc16.ko
kernel/net/vxlan.ko: kernel/net/udp_tunnel.ko
`;
  assert.deepEqual(moduleClosure(dependencies, ["ext4", "built_in", "crc32c_intel"]), [
    "kernel/fs/ext4/ext4.ko",
    "kernel/fs/jbd2/jbd2.ko",
    "kernel/lib/crc16.ko",
    "kernel/crypto/crc32c-intel.ko",
  ]);
});
