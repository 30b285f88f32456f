// Whether FRR runs a configuration already: what FRR 8.4.4 and 10.7.1 print of what is written.
import assert from "node:assert/strict";
import { ROOT } from "../../tools/checkout.ts";
import { isSameConfig } from "./apply.ts";

const written = (name: string) => Deno.readTextFileSync(`${ROOT}/tests/golden/frr/${name}.conf`);

/** Printed by FRR 8.4.4: `show running-config` of a worker. */
const RUNNING = `Building configuration...

Current configuration:
!
frr version 8.4.4
frr defaults traditional
hostname w1
no ip forwarding
no ipv6 forwarding
bgp route-map delay-timer 1
service integrated-vtysh-config
!
router bgp 65000
 bgp router-id 10.99.0.11
 no bgp default ipv4-unicast
 coalesce-time 0
 neighbor reflectors peer-group
 neighbor reflectors remote-as 65000
 neighbor reflectors timers 3 9
 neighbor reflectors timers connect 1
 neighbor 10.99.0.1 peer-group reflectors
 neighbor 10.99.0.1 update-source 10.99.0.11
 !
 address-family l2vpn evpn
  neighbor reflectors activate
  neighbor reflectors route-map reflectors in
  advertise-all-vni
  no dup-addr-detection
 exit-address-family
exit
!
bgp extcommunity-list expanded several-lans seq 5 permit RT:.*RT:
!
route-map unused permit 10
exit
!
route-map reflectors deny 1
 match evpn route-type ead
exit
!
route-map reflectors deny 2
 match evpn route-type es
exit
!
route-map reflectors deny 3
 match evpn route-type prefix
exit
!
route-map reflectors deny 4
 match extcommunity several-lans
exit
!
route-map reflectors permit 65535
exit
!
ip nht resolve-via-default
ipv6 nht resolve-via-default
!
end
`;

/** The same printed by FRR 10.7.1 (and, but for the version, 10.3). */
const RUNNING_10 = RUNNING.replace("8.4.4", "10.7.1").replace(/^!\nip nht .*\nipv6 nht .*\n/m, "");

Deno.test("FRR's own order, headings and host name are no difference", () => {
  assert.equal(isSameConfig(RUNNING, written("worker")), true);
});

Deno.test("FRR's defaults since 9.1, which it does not print, are no difference there", () => {
  assert.doesNotMatch(RUNNING_10, /nht/);
  assert.equal(isSameConfig(RUNNING_10, written("worker")), true);
  assert.equal(isSameConfig(RUNNING_10.replace("10.7.1", "9.1"), written("worker")), true);
  assert.equal(isSameConfig(RUNNING_10.replace("10.7.1", "9.0.4"), written("worker")), false);
});

Deno.test("a default that is off on FRR 10 is a difference", () => {
  for (const family of ["ip", "ipv6"]) {
    const off = RUNNING_10.replace(/^end$/m, `no ${family} nht resolve-via-default\n!\nend`);
    assert.notEqual(off, RUNNING_10);
    assert.equal(isSameConfig(off, written("worker")), false);
  }
});

const CHANGES: readonly [string, RegExp, string][] = [
  ["another AS", /bgp 65000/, "bgp 65001"],
  ["another reflector", /neighbor 10\.99\.0\.1 peer-group/, "neighbor 10.99.0.2 peer-group"],
  ["another timer", /timers 3 9/, "timers 60 180"],
  ["no route map, for which sessions start at once", /^route-map .*\n/m, ""],
  ["a line in another entry", /^( match .* ead)\nexit((?:\n.*){4})/m, "exit$2\n$1"],
  ["a guard that was left over", /^route-map unused/m, "route-map reflectors deny 5\nexit\n$&"],
  ["a missing line", / +advertise-all-vni\n/, ""],
  ["a line more", /exit\n/, "exit\n!\nrouter ospf\nexit\n"],
  ["another router ID", /10\.99\.0\.11/, "10.99.0.12"],
  ["nht that is off", /^ip nht .*\n/m, ""],
  ["nht that is off for IPv6", /^ipv6 nht .*\n/m, ""],
];

for (const [what, line, instead] of CHANGES) {
  Deno.test(`a difference: ${what}`, () => {
    assert.match(RUNNING, line);
    assert.equal(isSameConfig(RUNNING.replace(line, instead), written("worker")), false);
  });
}

Deno.test("configurations of different roles and addresses differ", () => {
  const names = ["worker", "worker-other-as", "worker-ipv6", "route-reflector"];
  for (const a of names) {
    for (const b of names) {
      assert.equal(isSameConfig(written(a), written(b)), a === b, `${a} and ${b}`);
    }
  }
});
