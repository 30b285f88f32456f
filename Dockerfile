# The image of manager, plugin and FRR, built by `deno task image`, or by hand after `deno task build --arch all`.
ARG BASE=docker.io/library/debian:forky-slim

FROM ${BASE} AS debian
# FRR comes from the base's Debian; a pattern such as "10.7*" makes the build fail where it is another.
ARG FRR_VERSION=*
# What the programs and FRR's scripts start (tools/permissions.ts): coreutils, bash, diffutils and findutils are in every base.
# Policy 101 (invoke-rc.d(8)) keeps the packages from starting a service.
RUN set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; \
    chmod 0755 /usr/sbin/policy-rc.d; \
    apt-get update; \
    apt-get install -y --no-install-recommends \
      "frr=${FRR_VERSION}" "frr-pythontools=${FRR_VERSION}" iproute2 python3 tini util-linux
# What no program here uses. Debian's package list stays, for scanners read it, and so do the copyright files.
RUN set -eu; \
    present() { dpkg-query --show --showformat='${binary:Package}\n' "$@" 2>/dev/null || true; }; \
    dpkg --purge --force-depends $(present cron cron-daemon-common logrotate systemd libsystemd-shared \
      libc-gconv-modules-extra); \
    dpkg --purge --force-depends --force-remove-essential --force-remove-protected $(present \
      apt 'libapt-pkg*' gpgv sqv debian-archive-keyring perl-base); \
    find /usr/lib/frr -type f -name '*d' \
      ! -name bfdd ! -name bgpd ! -name mgmtd ! -name staticd ! -name frr-reload -delete; \
    find /usr/share/doc -type f ! -name copyright -delete; \
    find /usr/share/doc -depth -type d -empty -delete; \
    rm -rf /etc/apt /usr/lib/*/gconv /usr/sbin/policy-rc.d \
      /usr/share/info /usr/share/lintian /usr/share/locale /usr/share/man \
      /var/cache/* /var/lib/apt /var/log/*.log /var/log/apt /tmp/*

# Flat: what was removed is not in a lower layer.
FROM scratch
COPY --from=debian / /
ARG TARGETARCH
COPY dist/${TARGETARCH}/manager dist/${TARGETARCH}/megalos /usr/local/bin/
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ARG BASE
ARG VERSION=
LABEL org.opencontainers.image.title="Megalos" \
      org.opencontainers.image.description="L2 LANs for pods over VXLAN and BGP EVPN: manager, CNI plugin and FRR" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="${BASE}"
# Without a subcommand the role is IS_CONTROL_PLANE's.
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/bin/manager"]
