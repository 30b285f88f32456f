#!/bin/bash
# Installs Multus in the running cluster (called by up.sh): its RBAC, and for
# MULTUS=thick  a DaemonSet whose daemon runs the delegates chrooted to the node, inside its own
#               container. It has no CPU or memory limit here, unless MULTUS_LIMITS=1 sets
#               upstream's default of 100m and 50Mi.
# MULTUS=thin   the plugin's binary and a kubeconfig on each node, and no daemon.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

kubectl apply -f - >/dev/null <<'Y'
apiVersion: v1
kind: ServiceAccount
metadata: {name: multus, namespace: kube-system}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: multus}
rules:
- {apiGroups: [k8s.cni.cncf.io], resources: ["*"], verbs: ["*"]}
- {apiGroups: [""], resources: [pods, pods/status], verbs: [get, list, watch, update, patch]}
- {apiGroups: ["", events.k8s.io], resources: [events], verbs: [create, patch, update]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: multus}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: multus}
subjects: [{kind: ServiceAccount, name: multus, namespace: kube-system}]
Y

if [ "$MULTUS" = thin ]; then
  for n in $(node_numbers); do
    in_machine "node$n" sh -euc "
      cp $BIN/multus /opt/cni/bin/.multus && mv /opt/cni/bin/.multus /opt/cni/bin/multus
      cat >/etc/cni/net.d/00-multus.conf" <<C
{"cniVersion": "0.3.1", "name": "multus-cni-network", "type": "multus", "kubeconfig": "$RUN/pki/admin.conf",
 "logLevel": "verbose", "logFile": "/var/log/multus.log", "delegates": [$(in_machine "node$n" cat /etc/cni/net.d/10-pods.conf)]}
C
  done
  say "Multus installed (thin)"; exit
fi

limits='{}'; [ "${MULTUS_LIMITS:-0}" = 0 ] || limits='{limits: {cpu: 100m, memory: 50Mi}, requests: {cpu: 100m, memory: 50Mi}}'
kubectl apply -f - >/dev/null <<Y
apiVersion: v1
kind: ConfigMap
metadata: {name: multus-daemon-config, namespace: kube-system}
data:
  daemon-config.json: |
    {"chrootDir": "/hostroot", "cniVersion": "0.3.1", "logLevel": "verbose", "logToStderr": true,
     "cniConfigDir": "/host/etc/cni/net.d", "multusAutoconfigDir": "/host/etc/cni/net.d", "multusConfigFile": "auto",
     "socketDir": "/host/run/multus/"}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: multus, namespace: kube-system}
spec:
  selector: {matchLabels: {name: multus}}
  template:
    metadata: {labels: {name: multus}}
    spec:
      hostNetwork: true
      hostPID: true
      serviceAccountName: multus
      tolerations: [{operator: Exists}]
      initContainers:
      - name: shim
        image: localhost/multus:1
        imagePullPolicy: Never
        command: [sh, -c, "cp /multus/multus-shim /opt/cni/bin/.shim && mv /opt/cni/bin/.shim /opt/cni/bin/multus-shim"]
        volumeMounts: [{name: cnibin, mountPath: /opt/cni/bin}]
      containers:
      - name: multus
        image: localhost/multus:1
        imagePullPolicy: Never
        command: [/multus/multus-daemon]
        env: [{name: MULTUS_NODE_NAME, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
        resources: $limits
        securityContext: {privileged: true}
        volumeMounts:
        - {name: cni, mountPath: /host/etc/cni/net.d}
        - {name: cnibin, mountPath: /opt/cni/bin}
        - {name: run, mountPath: /host/run}
        - {name: state, mountPath: /var/lib/cni/multus}
        - {name: kubelet, mountPath: /var/lib/kubelet, mountPropagation: HostToContainer}
        - {name: npwg, mountPath: /run/k8s.cni.cncf.io}
        - {name: netns, mountPath: /run/netns, mountPropagation: HostToContainer}
        - {name: config, mountPath: /etc/cni/net.d/multus.d, readOnly: true}
        - {name: root, mountPath: /hostroot, mountPropagation: HostToContainer}
      volumes:
      - {name: cni, hostPath: {path: /etc/cni/net.d}}
      - {name: cnibin, hostPath: {path: /opt/cni/bin}}
      - {name: run, hostPath: {path: /run}}
      - {name: state, hostPath: {path: /var/lib/cni/multus, type: DirectoryOrCreate}}
      - {name: kubelet, hostPath: {path: /var/lib/kubelet}}
      - {name: npwg, hostPath: {path: /run/k8s.cni.cncf.io, type: DirectoryOrCreate}}
      - {name: netns, hostPath: {path: /run/netns, type: DirectoryOrCreate}}
      - {name: config, configMap: {name: multus-daemon-config}}
      - {name: root, hostPath: {path: /}}
Y
kubectl -n kube-system rollout status ds/multus --timeout=120s >/dev/null
for n in $(node_numbers); do wait_for 30 "Multus on node$n" in_machine "node$n" test -e /etc/cni/net.d/00-multus.conf; done
say "Multus installed (thick)"
