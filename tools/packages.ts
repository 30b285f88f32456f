// The Debian packages that the lab and the tests are made of.

/** What nodes and devices of the embedded lab run. */
export const labPackages = [
  "frr",
  "frr-pythontools",
  "iproute2",
  "iputils-ping",
  "nftables",
  "procps",
  "tini",
  "util-linux",
] as const;

/** Run arm64 programs elsewhere; qemu finds the libraries in a folder, so dpkg stays as it is. */
export const arm64Packages = [
  "libc6-arm64-cross",
  "libgcc-s1-arm64-cross",
  "qemu-user-static",
] as const;

/**
 * What makes clocks jump, because no namespace has a wall clock of its own, and what times calls:
 * a minimal Debian has perl without its clocks.
 */
export const faultPackages = [...labPackages, "libfaketime", "perl"] as const;

export const testPackages = [
  ...faultPackages,
  ...arm64Packages,
  "chromium",
  "fish",
  "gobgpd",
  "iptables",
  "keepalived",
  "prometheus",
  "shellcheck",
  "strace",
  "tcpdump",
  "tmux",
  "wireguard-tools",
  "zsh",
] as const;
