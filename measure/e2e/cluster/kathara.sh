#!/bin/bash
# Runs Kathará 3.8.3 (Megalos mode) against the running cluster, on which Megalos is installed.
# It needs what KATHARA=1 build.sh makes.
# usage: kathara.sh lab      starts the two-device lab below with its devices on two nodes, checks
#                            that they ping each other on their LAN, records what Kathará made in
#                            $CACHE/run/kathara/, and undeploys the lab, in about 45 s
#        kathara.sh ARGS...  runs kathara ARGS (lstart, linfo, exec, lclean, ...); the lab lies in
#                            $CACHE/run/lab
set -euo pipefail
. "$(dirname "$0")/lib.sh"
LAB=$RUN/lab OUT=$RUN/kathara
mkdir -p "$LAB"
# Kathará takes its settings from the home that the password file names. That is in cp's own
# overlay, not the host's /root. The file is put there by rename, since others may be reading it.
in_machine cp sh -c 'mkdir -p /root/.config; cd /root/.config; cat >kathara.$$; mv kathara.$$ kathara.conf' <<C
{"image": "kathara/base", "manager_type": "kubernetes", "terminal": "/usr/bin/xterm", "open_terminals": false,
 "device_shell": "/bin/bash", "net_prefix": "kathara", "device_prefix": "kathara", "debug_level": "INFO",
 "print_startup_log": true, "enable_ipv6": false, "volume_mount_policy": "Always", "last_checked": 9999999999,
 "api_server_url": null, "api_token": null, "host_shared": true, "image_pull_policy": "IfNotPresent", "docker_config_json": null}
C
kathara() {
  in_machine cp env HOME=/root KUBECONFIG="$RUN/pki/admin.conf" TERM=dumb COLUMNS=100 \
    "$CACHE/venv/bin/python" -m kathara "$@"
}
[ "${1:-}" = lab ] || { kathara "$@"; exit; }

cat >"$LAB/lab.conf" <<'C'
LAB_NAME="two"
pc1[0]="A/02:00:00:00:01:01"
pc2[0]="A"
C
for i in 1 2; do echo "ip addr add 10.1.0.$i/24 dev net0" >"$LAB/pc$i.startup"; done
mkdir -p "$OUT"
t=$(date +%s%N); ms() { echo $((($(date +%s%N) - t) / 1000000)) ms; t=$(date +%s%N); }
kathara lstart -d "$LAB" --noterminals </dev/null
say "lstart: $(ms)"
NS=$(kubectl get ns -l app=kathara -o 'jsonpath={.items[0].metadata.name}')
kubectl get "ns/$NS" -o json >"$OUT/namespace.json"
for kind in network-attachment-definitions configmaps deployments pods; do
  kubectl -n "$NS" get "$kind" -o json >"$OUT/$kind.json"
done
kubectl -n "$NS" get pods -o wide
[ "$(jq -r '.items[].spec.nodeName' "$OUT/pods.json" | sort -u | wc -l)" = 2 ] && echo "ok: on two nodes"
t=$(date +%s%N)
wait_for 60 "pc1 to ping pc2" kathara exec -d "$LAB" pc1 -- ping -c 1 -W 1 10.1.0.2
echo "ok: pc1 pings pc2 on the LAN, $(ms)"
kathara exec -d "$LAB" pc1 -- ip -br addr
t=$(date +%s%N)
kathara lclean -d "$LAB"
say "lclean: $(ms)"
[ -z "$(kubectl get ns -l app=kathara -o name)" ] && echo "ok: namespace gone"
