// Devices see what packages ship, not what people have made of it.
import assert from "node:assert/strict";
import { planAccounts } from "./accounts.ts";
import { parseConffiles, parseSum, type ShippedPath } from "./packages.ts";
import { GENERATED, planBase } from "./plan_base.ts";

const SHIPPED = "d41d8cd98f00b204e9800998ecf8427e";
const EDITED = "0cc175b9c0f1b6a831c399e269772661";

function plan(
  paths: readonly ShippedPath[],
  md5: Record<string, string>,
  links: Record<string, string> = {},
) {
  const shipped = new Map(paths.map((one) => [one.path, one]));
  const machine = {
    md5: new Map(Object.entries(md5)),
    links: new Map(Object.entries(links)),
    folders: ["/var/lib/bind"],
  };
  const { copied, changed } = planBase(shipped, machine);
  const usual = new Set<string>([...GENERATED, "/var/lib/bind"]);
  return {
    copied: copied.filter((path) => !usual.has(path)),
    changed: changed.map(({ path }) => path),
  };
}

Deno.test("a file is copied as it was shipped; one that was edited or removed is not", () => {
  const paths = [
    { path: "/etc" },
    { path: "/etc/kept", md5: SHIPPED },
    { path: "/etc/edited", md5: SHIPPED },
    { path: "/etc/removed", md5: SHIPPED },
  ];
  assert.deepEqual(plan(paths, { "/etc/kept": SHIPPED, "/etc/edited": EDITED }), {
    copied: ["/etc", "/etc/kept"],
    changed: ["/etc/edited", "/etc/removed"],
  });
});

Deno.test("a link is copied when it leads to what devices have", () => {
  const links = {
    "/etc/alternatives/awk": "/usr/bin/mawk",
    "/etc/enabled": "/etc/available",
    "/etc/mtab": "/proc/self/mounts",
    "/etc/mine": "/home/me/secret",
    "/etc/gone": "",
  };
  assert.deepEqual(plan([{ path: "/etc/available" }], {}, links).copied, [
    "/etc/alternatives/awk",
    "/etc/available",
    "/etc/enabled",
    "/etc/mtab",
  ]);
});

Deno.test("folders of people and of the kernel are a device's own", () => {
  const paths = ["/home/x", "/root/.bashrc", "/srv/a", "/opt/b", "/tmp/c", "/var/tmp/d", "/dev/e"];
  assert.deepEqual(plan(paths.map((path) => ({ path })), {}).copied, []);
});

Deno.test("accounts are the system's, without passwords", () => {
  const { passwd, group, shadow, gshadow } = planAccounts(
    "root:secret:0:0:Me:/root:/bin/zsh\nfrr:x:103:107::/nonexistent:/usr/sbin/nologin\n" +
      "me:x:1000:1000::/home/me:/bin/bash\nnobody:x:65534:65534::/nonexistent:/bin/false\n",
    "root:x:0:\nsudo:x:27:me,frr\nme:x:1000:\n",
  );
  assert.equal(
    passwd,
    "root:x:0:0:root:/root:/bin/bash\nfrr:x:103:107::/nonexistent:/usr/sbin/nologin\n" +
      "nobody:x:65534:65534::/nonexistent:/bin/false\n",
  );
  assert.equal(group, "root:x:0:\nsudo:x:27:frr\n");
  assert.match(shadow!, /^root:\*:19000:0:99999:7:::\nfrr:\*:.*\nnobody:\*:.*\n$/);
  assert.equal(gshadow, "root:*::\nsudo:*::frr\n");
});

Deno.test("dpkg's lines are read; a conffile that its package has given up is none", () => {
  const text = `frr\n /etc/frr/daemons ${SHIPPED}\n /etc/frr/old ${SHIPPED} obsolete\nempty\n`;
  assert.deepEqual(parseConffiles(text), [
    { path: "/etc/frr/daemons", md5: SHIPPED, conffileOf: "frr" },
  ]);
  assert.deepEqual(parseSum(`${SHIPPED}  etc/with blank`), {
    md5: SHIPPED,
    path: "etc/with blank",
  });
});
