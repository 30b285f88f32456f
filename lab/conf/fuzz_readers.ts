// For tests: what reads the texts of a lab's files, by the text.
import { parseLabCheck, parsePingRules } from "./lab_check.ts";
import { parseAddresses } from "./configured_addresses.ts";
import { parseLabConf } from "./lab_conf.ts";
import { parseLabDep } from "./lab_dep.ts";
import { findOptionsWithoutEffect, readOptions } from "./options.ts";
import { listPrograms } from "../programs/find_missing.ts";

const DEVICES = new Set(["pc1"]);

export const READERS = {
  "a lab.conf": {
    read(text: string) {
      const { devices } = parseLabConf(text);
      devices.forEach(readOptions);
      findOptionsWithoutEffect(devices);
    },
    around: [
      ["pc1", "=A"],
      ["pc1[", "]=A"],
      ["pc1[0]=", ""],
      ['pc1[env]="', '" x'],
      ["LAB_A=", ""],
      ["pc1[sysctl]=net.", ""],
    ],
  },
  "a lab.check": {
    read: (text: string) => parseLabCheck(text, DEVICES),
    around: [["pc1 ", " a"], ["pc1 1 ", ""]],
  },
  "the pings of a lab.check": {
    read: (text: string) => parsePingRules(text, DEVICES),
    around: [["no-ping ", " pc1"], ["no-ping pc1", "pc1"]],
  },
  "a lab.dep": { read: parseLabDep, around: [["pc1:", ""], ["pc1: a ", " b"], ["pc1", ":"]] },
  "the programs of a script": { read: listPrograms, around: [["a ", ""], ['"', ""]] },
  "the addresses of a device": {
    read: (text: string) => parseAddresses({ script: text, interfaces: text, routing: [text] }),
    around: [["iface a", "\naddress 10.0.0.1/8"]],
  },
} as const;
