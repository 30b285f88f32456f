# The image of manager, plugin and FRR. `deno task image` builds it. By hand it is built after
# `deno task build --arch all`.
ARG BASE=docker.io/library/debian:forky-slim

FROM ${BASE} AS debian
# FRR comes from the base's Debian. With a pattern such as "10.7*" the build fails where FRR has
# another version.
ARG FRR_VERSION=*
# These packages have what the programs and FRR's scripts start (tools/permissions.ts). Every base
# has coreutils, bash, diffutils and findutils.
# iptables is for the rules that the Go original left (cni/original.ts).
# Policy 101 (invoke-rc.d(8)) keeps the packages from starting a service.
RUN set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; \
    chmod 0755 /usr/sbin/policy-rc.d; \
    apt-get update; \
    apt-get install -y --no-install-recommends \
      "frr=${FRR_VERSION}" "frr-pythontools=${FRR_VERSION}" \
      iproute2 iptables nftables python3 tini util-linux
# This removes what no program here uses, and every set-user-ID bit. Debian's list of packages
# stays, because scanners read it. The copyright files stay, too.
RUN set -eu; \
    purge() { \
      dpkg --purge --force-depends --force-remove-essential --force-remove-protected \
        $(dpkg-query --show --showformat='${binary:Package}\n' "$@" 2>/dev/null); \
    }; \
    purge cron cron-daemon-common libc-gconv-modules-extra libsystemd-shared logrotate systemd; \
    purge apt 'libapt-pkg[0-9]*' debian-archive-keyring gpgv perl-base sqv; \
    find /usr/lib/frr -type f -name '*d' \
      ! -name bfdd ! -name bgpd ! -name frr-reload ! -name mgmtd ! -name staticd -delete; \
    find /usr/share/doc -type f ! -name copyright -delete; \
    find /usr/share/doc -type d -empty -delete; \
    find / -xdev -type f -perm /6000 -exec chmod ug-s {} +; \
    find /tmp /var/cache -mindepth 1 -delete; \
    rm -rf /etc/apt /etc/machine-id /run/* /usr/lib/*/gconv /usr/sbin/policy-rc.d /usr/share/info \
      /usr/share/lintian /usr/share/locale /usr/share/man /var/lib/apt /var/log/apt /var/log/*.log; \
    find /etc/alternatives /usr/share/doc -xtype l -delete
# This fails unless what manager, launcher, FRR's scripts and kubectl-megalos start is still there
# with its libraries.
RUN set -eu; \
    for program in bash bridge cmp flock getent install ip iptables-nft-restore iptables-nft-save \
      mkfifo mv nft nsenter rm setsid ss stat tini umount unshare; do \
      command -v "$program"; \
    done; \
    for daemon in bgpd staticd watchfrr zebra; do "/usr/lib/frr/$daemon" --version; done; \
    vtysh -h; \
    python3 /usr/lib/frr/frr-reload.py --help; \
    python3 -I -c 'import ctypes, http.client, ssl'

# One flat layer: what was removed is not in a lower layer.
FROM scratch
COPY --from=debian / /
ARG TARGETARCH
COPY dist/${TARGETARCH}/manager dist/${TARGETARCH}/megalos /usr/local/bin/
COPY dist/NOTICES /usr/share/doc/megalos/copyright
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ARG BASE
ARG VERSION=
LABEL org.opencontainers.image.title="Megalos" \
      org.opencontainers.image.description="L2 LANs for pods over VXLAN and BGP EVPN: manager, CNI plugin and FRR" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="${BASE}"
# Without a subcommand, IS_CONTROL_PLANE decides the role.
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/bin/manager"]
