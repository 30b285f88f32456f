// Puts a device of a running lab on a LAN, or takes it off one.
import { numberDomains, PinnedLans } from "../conf/collision_domains.ts";
import { makeMac } from "../conf/mac.ts";
import { attach, detach, planAttachment } from "../devices/attach.ts";
import {
  type Attachment,
  type DeviceRecord,
  labDirOf,
  type LabRecord,
  Recorder,
} from "../record.ts";
import { findDevice, findNode, type FoundLab } from "./find.ts";

/**
 * Gives a device one more interface, on a LAN that the lab has or that comes into being with it.
 * Answers the interface. Throws when there is no such device, or the plugin refuses.
 */
export async function attachDevice(
  { name, record }: FoundLab,
  device: string,
  lan: string,
  mac?: string,
): Promise<Attachment> {
  const before = getDevice(record, device, "attach");
  const taken = before.attachments.map(({ ifname }) => Number(ifname.replace(/^eth/, "")));
  const ifname = `eth${Math.max(-1, ...taken) + 1}`;
  const planned = planAttachment({ name: ifname, lan: numberLan(record, lan) });
  const recorder = new Recorder(labDirOf(name), record);
  // The attachment is recorded before it is made.
  recorder.replaceDevice({ ...before, attachments: [...before.attachments, planned] });
  try {
    const wanted = mac ?? makeMac(record.hash, device, ifname);
    const given = await attach(findNode(record, before.node), before, record.hash, planned, wanted);
    const attachment = { ...planned, mac: given };
    recorder.replaceDevice({ ...before, attachments: [...before.attachments, attachment] });
    return attachment;
  } catch (error) {
    recorder.replaceDevice(before);
    throw error;
  }
}

/**
 * Takes an interface away from a device: the one of that name, or the only one on that LAN. Answers
 * the interface. Throws when there is no such interface, or more than one.
 */
export async function detachDevice(
  { name, record }: FoundLab,
  device: string,
  lanOrInterface: string,
): Promise<Attachment> {
  const before = getDevice(record, device, "detach");
  const { attachments } = before;
  const found = attachments.filter(({ ifname }) => ifname === lanOrInterface);
  const selected = found.length > 0
    ? found
    : attachments.filter(({ lan }) => lan === lanOrInterface);
  const [attachment] = selected;
  if (attachment === undefined || selected.length > 1) {
    const all = (selected.length > 1 ? selected : attachments)
      .map(({ ifname, lan }) => `${ifname} on ${lan}`).join(", ") || "none";
    const why = selected.length > 1
      ? "it has several interfaces there"
      : "it has no such interface";
    throw new Error(`Cannot detach ${device} from ${lanOrInterface}: ${why}: ${all}`);
  }
  await detach(findNode(record, before.node), before, record.hash, attachment);
  new Recorder(labDirOf(name), record)
    .replaceDevice({ ...before, attachments: attachments.filter((one) => one !== attachment) });
  return attachment;
}

function getDevice(record: LabRecord, name: string, verb: string): DeviceRecord {
  const device = findDevice(record, name);
  if (device === undefined) {
    const names = record.devices.map((one) => one.name).join(", ");
    throw new Error(`Cannot ${verb} ${name}: it is none of ${names}`);
  }
  if (!record.kept) throw new Error(`Cannot ${verb} ${name}: the lab is only about to start`);
  return device;
}

/** Numbers a LAN as the lab has it, or beside the lab's LANs where the lab does not have it. */
function numberLan({ devices, hash }: LabRecord, lan: string) {
  const attachments = devices.flatMap((device) => device.attachments);
  const pinned = PinnedLans.parse(Object.fromEntries(attachments.map((one) => {
    const { suffix, vxlanId } = JSON.parse(one.config);
    return [one.lan, { suffix, vxlanId }];
  })));
  const names = [...attachments.map((one) => one.lan), lan];
  return numberDomains(names, hash, pinned).get(lan)!;
}
