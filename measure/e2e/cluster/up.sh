#!/bin/bash
# Starts a real Kubernetes cluster on this one machine: etcd, kube-apiserver,
# kube-controller-manager and kube-scheduler on "cp", and a containerd, kubelet and kube-proxy on
# each of node0 (control plane, tainted) and node1..nodeN. Every machine is a set of namespaces of
# its own. A bridge inside cp's namespaces joins the machines, so the host's network is not touched.
# Multus is installed last.
# usage: [NODES=2] [CP_NODE=1] [MULTUS=thick|thin|none] up.sh   as root, after build.sh; about 25 s
# Then: in.sh cp kubectl get nodes;  node.sh kill 1;  node.sh start 1;  down.sh
set -euo pipefail
. "$(dirname "$0")/lib.sh"

[ ! -e "$RUN/cp.pid" ] || die "a cluster is up already (down.sh stops it)"
rm -rf "$RUN"; mkdir -p "$RUN/pki"
echo "NODES=$NODES CP_NODE=$CP_NODE MULTUS=$MULTUS" >"$RUN/settings"

# --- certificates and kubeconfigs -----------------------------------------------------------------
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
cert() {  # cert FILE SUBJECT [SAN]: signed by the cluster's CA
  local f=$RUN/pki/$1
  key "$f.key"
  openssl req -new -key "$f.key" -subj "$2" -out "$f.csr"
  openssl x509 -req -in "$f.csr" -CA "$RUN/pki/ca.crt" -CAkey "$RUN/pki/ca.key" -CAcreateserial -days 30 -out "$f.crt" \
    -extfile <(echo "extendedKeyUsage=clientAuth,serverAuth"; [ -z "${3:-}" ] || echo "subjectAltName=$3") 2>/dev/null
}
kubeconfig() {  # kubeconfig FILE SUBJECT
  cert "$1" "$2"
  cat > "$RUN/pki/$1.conf" <<C
apiVersion: v1
kind: Config
clusters: [{name: k8s, cluster: {server: "https://$UL.1:6443", certificate-authority: $RUN/pki/ca.crt}}]
users: [{name: $1, user: {client-certificate: $RUN/pki/$1.crt, client-key: $RUN/pki/$1.key}}]
contexts: [{name: $1@k8s, context: {cluster: k8s, user: $1}}]
current-context: $1@k8s
C
}
key "$RUN/pki/ca.key"
openssl req -x509 -new -key "$RUN/pki/ca.key" -subj /CN=k8s-ca -days 30 -out "$RUN/pki/ca.crt"
key "$RUN/pki/sa.key"; openssl ec -in "$RUN/pki/sa.key" -pubout -out "$RUN/pki/sa.pub" 2>/dev/null
cert apiserver /CN=kube-apiserver "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:$UL.1,IP:$SVC.0.1"
kubeconfig admin /O=system:masters/CN=admin
kubeconfig controller-manager /CN=system:kube-controller-manager
kubeconfig scheduler /CN=system:kube-scheduler
kubeconfig proxy /CN=system:kube-proxy
for n in $(node_numbers); do kubeconfig "node$n" "/O=system:nodes/CN=system:node:node$n"; done

# --- machines -------------------------------------------------------------------------------------
start_machine cp $UL.1 control_plane
net cp ip link add eth0 type bridge
for n in $(node_numbers); do start_node "$n"; done
net cp ip addr add "$UL.1/24" dev eth0
net cp ip link set eth0 up
for n in $(node_numbers); do net cp ip route add "$PODS.$n.0/24" via "$UL.1$n"; done
say "machines started"

# --- cluster --------------------------------------------------------------------------------------
wait_for 90 "the API server" kubectl get --raw /readyz
say "API server ready"
kubectl create clusterrolebinding k8s-proxy --clusterrole system:node-proxier --user system:kube-proxy >/dev/null
for n in $(node_numbers); do wait_for 120 "node$n" kubectl get node "node$n"; done
[ "$CP_NODE" != 1 ] || kubectl label node node0 node-role.kubernetes.io/control-plane= >/dev/null
kubectl wait --for=condition=Ready node --all --timeout=120s >/dev/null
wait_for 60 "the service account of pods" kubectl get serviceaccount default
say "nodes ready"
# The object's kind is Multus's. It is there also without Multus, because the tests play Multus
# then.
kubectl apply -f - <"$HERE/network-attachment-definition.yml" >/dev/null
kubectl wait --for=condition=Established crd/network-attachment-definitions.k8s.cni.cncf.io --timeout=30s >/dev/null
if [ -e "$IMAGES/coredns.tar" ]; then
  kubectl apply -f - <"$HERE/coredns.yml" >/dev/null
  kubectl -n kube-system rollout status deployment/coredns --timeout=60s >/dev/null
  say "DNS ready"
fi
[ "$MULTUS" = none ] || "$HERE/multus.sh"
kubectl get nodes -o wide
