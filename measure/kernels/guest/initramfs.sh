#!/bin/busybox sh
# The first program of a kernel under test: it mounts the three drives and hands over to the agent.
# shellcheck shell=dash
/bin/busybox mkdir -p /proc /sys /dev /root
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
# What a kernel has built in, or does not have at all, is no module there.
for module in virtio_pci virtio_blk crc32c_generic crc32c_intel ext4; do
  /bin/busybox modprobe "$module" 2>/dev/null
done
# Drives come one after the other, some time after the driver.
until [ -e /dev/vdc ]; do /bin/busybox sleep 0.1; done
/bin/busybox mount -t ext4 /dev/vda /root &&
  /bin/busybox mkdir -p /root/lib/modules &&
  /bin/busybox mount -t ext4 /dev/vdb /root/lib/modules &&
  /bin/busybox mount -t ext4 /dev/vdc /root/srv &&
  for fs in dev proc sys; do /bin/busybox mount -o move "/$fs" "/root/$fs"; done &&
  exec /bin/busybox switch_root /root /usr/bin/tini -- sh /srv/measure/kernels/guest/agent.sh
