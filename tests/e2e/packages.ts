// The Debian packages that the cluster of the tests is made of.
export const clusterPackages = [
  "busybox-static",
  "conntrack",
  "containerd",
  "containernetworking-plugins",
  "etcd-server",
  "ethtool",
  "git",
  "iproute2",
  "iptables",
  "iputils-ping",
  "jq",
  "nftables",
  "openssl",
  "python3-venv",
  "runc",
  "socat",
] as const;
