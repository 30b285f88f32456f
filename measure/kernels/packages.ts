// The Debian packages that this machine needs to boot kernels, and those of the booted machine.
import { faultPackages } from "../../tools/packages.ts";

export const hostPackages = [
  "busybox-static",
  "cpio",
  "debian-archive-keyring",
  "debootstrap",
  "e2fsprogs",
  "kmod",
  "qemu-system-x86",
  "util-linux",
  "xz-utils",
] as const;

/** The packages that are added to what every Debian has. */
export const guestPackages = [
  ...faultPackages,
  "apparmor",
  "iptables",
  "kmod",
  "psmisc",
  "strace",
  "tcpdump",
  "wireguard-tools",
] as const;
