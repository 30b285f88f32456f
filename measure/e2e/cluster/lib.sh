#!/bin/bash
# Settings and helpers for the scripts beside this one, which source it.
# shellcheck disable=SC2034
# The environment may override any setting of the first block.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The scripts write to this folder alone: binaries, images, the running cluster.
CACHE=${CACHE:-$(realpath "$HERE/../../..")/.cache/k8s}
NODES=${NODES:-2}                   # worker nodes node1..nodeN
CP_NODE=${CP_NODE:-1}               # 1: also a node0, labelled and tainted as control plane
MULTUS=${MULTUS:-none}              # thick (upstream's DaemonSet), thin (binary on the node), none
K8S=${K8S:-1.34.4}                  # Kubernetes version; the staging modules are v0.<rest>
MULTUS_TAG=${MULTUS_TAG:-v4.2.4}
COREDNS=${COREDNS:-1.14.7}
KUBE_ROUTER=${KUBE_ROUTER:-2.1.0}
PROMETHEUS_OPERATOR=${PROMETHEUS_OPERATOR:-0.85.0}
PROMETHEUS=${PROMETHEUS:-3.10.0}     # its module is v0.<major><minor, two digits>.<patch>
UL=10.99.0                          # underlay: $UL.1 control plane, $UL.1N node N
PODS=10.244                         # node N has the pods $PODS.N.0/24
SVC=10.96                           # services $SVC.0.0/16; the DNS is $SVC.0.10 (coredns.yml)

BIN=$CACHE/bin
IMAGES=$CACHE/images
OPERATOR_FILES=$CACHE/operator      # the Prometheus operator's images and manifests
RUN=$CACHE/run
export PATH=$CACHE/path:$PATH:/usr/local/go/bin:/usr/sbin:/sbin
# A running cluster has settings of its own.
# shellcheck source=/dev/null
[ ! -e "$RUN/cp.pid" ] || . "$RUN/settings"

say() { printf '%(%H:%M:%S)T %s\n' -1 "$*" >&2; }
die() { say "error: $*"; exit 1; }

# The machines of the cluster: cp, which has no kubelet, and the nodes.
node_numbers() { [ "$CP_NODE" = 1 ] && echo 0; seq 1 "$NODES"; }
machines() { echo cp; local n; for n in $(node_numbers); do echo "node$n"; done; }

# in_machine NAME CMD...: runs inside a machine's mount, net, pid and uts namespaces.
in_machine() {
  local name=$1 pid; shift
  pid=$(cat "$RUN/$name.pid" 2>/dev/null) || die "$name is not up"
  nsenter -t "$pid" -m -n -p -u -r -w -- "$@"
}

# net NAME CMD...: runs in a machine's network namespace only, with the host's programs.
net() { nsenter -t "$(cat "$RUN/$1.pid")" -n "${@:2}"; }

# start_machine NAME ADDRESS ROLE: makes the namespaces and runs machine.sh in them.
start_machine() {
  local name=$1 outer child=; mkdir -p "$RUN/$name"
  setsid unshare --mount --net --pid --uts --ipc --fork --kill-child \
    "$HERE/machine.sh" "$@" </dev/null >"$RUN/$name/init.log" 2>&1 &
  outer=$!
  until [ -n "$child" ]; do read -r child _ <"/proc/$outer/task/$outer/children" || sleep 0.05; done
  echo "$child" >"$RUN/$name.pid"
}

# start_node N: makes a node's machine, joined to the bridge in cp, with routes to the other nodes'
# pods.
start_node() {
  local n=$1 m
  start_machine "node$n" "$UL.1$n" worker
  net cp ip link add "node$n" type veth peer name up0 netns "$(cat "$RUN/node$n.pid")"
  net cp ip link set "node$n" master eth0 up
  net "node$n" ip addr add "$UL.1$n/24" dev up0
  net "node$n" ip link set up0 name eth0 up              # renamed last: machine.sh waits for eth0
  net "node$n" ip route add default via "$UL.1"
  for m in $(node_numbers); do
    [ "$m" = "$n" ] || net "node$n" ip route add "$PODS.$m.0/24" via "$UL.1$m"
  done
}

# kill_machine NAME: ends a machine as a power cut does. The kernel ends all that runs in the
# machine and drops its mounts and interfaces.
kill_machine() {
  local pid; pid=$(cat "$RUN/$1.pid" 2>/dev/null) || return 0
  if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q machine.sh; then
    kill -9 "$pid"
    while [ -e "/proc/$pid" ]; do sleep 0.05; done
  fi
  rm -f "$RUN/$1.pid"
  # The kernel takes its time with a namespace's devices. A machine that starts at once would meet
  # this device.
  [ "$1" = cp ] || net cp ip link del "$1" 2>/dev/null || true
  # This removes the node's cgroups, the deepest first. They are empty now.
  find /sys/fs/cgroup -mindepth 1 -depth -type d -path "*/k8s-$1*" -exec rmdir {} + 2>/dev/null || true
}

# Stdin goes through, so "kubectl apply -f -" works.
kubectl() { in_machine cp "$BIN/kubectl" --kubeconfig "$RUN/pki/admin.conf" "$@"; }

# wait_for SECONDS WHAT CMD...: waits until CMD succeeds.
wait_for() {
  local end=$((SECONDS + $1)) what=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { "$@" || true; die "gave up waiting for $what"; }
    sleep 0.5
  done
}

# image FILE NAME:TAG CONFIG_JSON DIRECTORY...: makes a container image of directories, one layer of
# each, without a registry. CONFIG_JSON has what the image runs, such as {"Cmd": ["/bin/sh"]}. The
# image is a docker-archive, as "ctr images import" reads it. up.sh loads all of $IMAGES/*.tar into
# every node.
image() {
  local file=$1 name=$2 config=$3 t n=0 d layers=() sums=(); shift 3; t=$(mktemp -d -p "$CACHE")
  for d in "$@"; do
    n=$((n + 1)); tar -C "$d" --numeric-owner -cf "$t/$n.tar" .
    layers+=("$n.tar"); sums+=("sha256:$(sha256sum <"$t/$n.tar" | cut -c1-64)")
  done
  jq -n --argjson config "$config" --arg arch "$(dpkg --print-architecture)" '{architecture: $arch, os: "linux", rootfs: {type: "layers", diff_ids: $ARGS.positional},
    config: ($config + {Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]})}' --args "${sums[@]}" >"$t/config.json"
  jq -n --arg name "$name" '[{Config: "config.json", RepoTags: [$name], Layers: $ARGS.positional}]' --args "${layers[@]}" >"$t/manifest.json"
  tar -C "$t" -cf "$file.new" manifest.json config.json "${layers[@]}"
  mv "$file.new" "$file"; rm -rf "$t"
}
